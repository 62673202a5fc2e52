#pragma once

#include "drain_pods.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// Evicts many pods of one node at once, as far as their budgets allow, and waits until they are
/// gone. What it waits for it hears from watches on the node's pods and on the budgets; a list now
/// and then makes good what a watch may have missed. Borrows all it is given.
class EvictionWave {
 public:
  EvictionWave(const engine::Context& context,
               kube::Client& client,
               const std::string& node,
               const DrainOptions& options);

  /// Nothing where all of them are gone. Each is pinned by its uid: another pod of its name is not
  /// touched. An outcome other than that leaves those that were sent away on their way.
  [[nodiscard]] std::optional<engine::Outcome> run(const std::vector<DrainPod>& pods, Wave wave);

  /// Those that are gone, in that order.
  [[nodiscard]] const std::vector<DrainPod>& gone() const { return gone_; }

  /// An eviction was let through, or may have been.
  [[nodiscard]] bool evicted() const { return evicted_; }

 private:
  enum class State { Waiting, Going, Gone };

  /// A pod on its way.
  struct Entry {
    DrainPod pod;
    State state = State::Waiting;
    std::string why = {};  ///< of Waiting: who does not let it go
    std::string budget = {};
    std::string refused_at = {};  ///< the version of the budget that refused it
    std::string holds = {};       ///< the version of the budget of which it has taken one
    MonoTime rests_until = {};    ///< after trouble that was not the budget's
    MonoTime left = {};           ///< the moment of its eviction
    bool ask_anyway = false;      ///< the server, whatever the budgets say
  };

  /// How much of a budget was used since the version of it that we know.
  struct Spent {
    std::string version = {};
    std::int64_t evictions = 0;
  };

  std::optional<engine::Outcome> sync();
  std::optional<engine::Outcome> hear(MonoTime until);
  std::optional<engine::Outcome> send_due();
  std::optional<engine::Outcome> send(Entry& entry);
  std::optional<engine::Outcome> after_error(Entry& entry, const Error& error);
  bool may_go(Entry& entry);
  void give_back(Entry& entry);
  std::optional<engine::Outcome> look_again();
  void settle(const std::map<std::string, bool>& leaving);
  void tell(Wave wave);
  [[nodiscard]] bool all_gone() const;
  [[nodiscard]] std::vector<std::string> waiting_lines() const;
  [[nodiscard]] engine::Outcome overdue() const;
  [[nodiscard]] engine::Outcome end(engine::Outcome outcome) const;
  [[nodiscard]] std::vector<Json> budgets_in(const std::string& ns) const;
  [[nodiscard]] std::string version_of(const std::string& budget) const;

  [[nodiscard]] MonoTime now() const { return client_.loop().clock().now(); }

  const engine::Context& context_;
  kube::Client& client_;
  std::string node_;
  DrainOptions options_;
  std::unique_ptr<kube::Watch> pods_;
  std::unique_ptr<kube::Watch> budgets_;
  std::vector<Entry> entries_;
  std::map<std::string, Spent> spent_;
  std::vector<DrainPod> gone_;
  MonoTime since_ = {};
  MonoTime last_list_ = {};
  MonoTime last_told_ = {};
  bool synced_ = false;  ///< both watches have begun
  bool evicted_ = false;
};

}  // namespace cfkops::actions
