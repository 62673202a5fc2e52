#pragma once

#include "kafka_cluster.hpp"
#include "kafka_gate.hpp"
#include "kafka_mark.hpp"
#include "kafka_mark_keeper.hpp"
#include "kafka_patience.hpp"
#include "kafka_return.hpp"
#include "kafka_roll_order.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace cfkops::actions {

/// What `kafka.roll` was asked for.
struct RollRequest {
  KafkaCluster cluster;
  RollRoles roles = RollRoles::Brokers;
  ReturnOptions wait = {};
  std::set<std::string> waived_topics = {};
  bool restart_all = false;              ///< whatever another run's mark says
  std::vector<EvictedPod> evicted = {};  ///< by an earlier process of the run, in that order
  std::optional<FoundMark> mark = {};    ///< that was in the cluster when this was read

  /// Of a drain: these pods alone, each only while it has this uid. No mark is left, since where
  /// the pods are tells what is left to do.
  std::optional<std::map<std::string, std::string>> moves = {};

  /// Of a drain: the node, which stays cordoned and is not where they come back to.
  std::optional<kube::Object> from = {};
};

/// What the mark that was found means for a roll.
struct MarkView {
  RollMark wanted;                         ///< that this roll is to leave
  bool follows = false;                    ///< it goes on with the roll of the one that was found
  std::vector<std::string> left_out = {};  ///< pods that were restarted since that roll began
  std::string note = {};                   ///< why so, for a person; "" where there was none
  std::string lost = {};  ///< why a resumed run cannot tell what is left to it; "" where it can
};

/// Judges the mark of the request. It is followed where it is of the same processes, no older than
/// a day, and some of them are still to be restarted; one of this run always is. A pod counts as
/// restarted where its uid is another than in the mark or it is on its way out, it has the revision
/// that its StatefulSet wants, and it is not stuck. Pure.
[[nodiscard]] MarkView view_mark(const RollRequest& request,
                                 const RollMembers& members,
                                 const engine::Context& context,
                                 WallTime now);

/// What the mark of another run's roll means to a run that does something else with that Kafka.
struct ForeignRoll {
  std::string unfinished = {};  ///< why nothing may be done now, and what to do; "" where it may
  std::string note = {};        ///< why the mark does not count, for a person; "" where it does
};

/// Judges the mark as a roll would: it does not count where it cannot be read, is older than a day,
/// or all that it names are restarted; one of run `run` itself is no foreign one. Pure.
[[nodiscard]] ForeignRoll view_foreign(const FoundMark& found,
                                       const KafkaCluster& cluster,
                                       const RollMembers& members,
                                       const std::string& run,
                                       WallTime now);

/// Errors: those of finding and reading the target.
[[nodiscard]] Result<RollRequest> read_roll_request(const engine::Context& context,
                                                    kube::Reader& reader,
                                                    const engine::Arguments& arguments);

/// What a roll would do now. Errors: those of reading.
[[nodiscard]] Result<engine::StepPlan> plan_roll(const engine::Context& context,
                                                 kube::Reader& reader,
                                                 const RollRequest& request);

/// One execution of `kafka.roll`. Borrows all it is given.
class Roll {
 public:
  Roll(const engine::Context& context, kube::Client& client, const RollRequest& request);

  [[nodiscard]] engine::Outcome run();

 private:
  /// What became of one eviction.
  struct Eviction {
    enum class Effect { Gone, None, Unknown };

    Effect effect = Effect::Unknown;
    std::optional<Error> error = {};
  };

  struct Done {
    RollEntry entry;
    std::string old_uid;
    std::string new_uid;
    Duration took = {};
  };

  std::optional<engine::Outcome> restart_next();
  std::variant<GateLook, engine::Outcome> wait_for_gate(const RollEntry& entry);
  std::optional<engine::Outcome> judge_gate(const RollEntry& entry, const GateLook& look);
  bool defer(const GateLook& look);
  Eviction evict(const RollEntry& entry, const GateLook& look);
  Eviction look_back(const RollEntry& entry, const std::string& uid, const Error& error);
  [[nodiscard]] engine::Outcome doubt(const RollEntry& entry,
                                      const std::string& uid,
                                      const Error& error) const;
  std::optional<engine::Outcome> refuse_or_wait(const RollEntry& entry, const Error& error);
  std::optional<engine::Outcome> wait_back(const RollEntry& entry,
                                           const GateLook& look,
                                           const std::optional<Error>& error);
  std::optional<engine::Outcome> wait_for_evicted(const RollMembers& members);
  std::optional<engine::Outcome> await(Departed departed, const std::optional<Error>& error);
  engine::Outcome lost(const RollEntry& entry, const Error& error, ReturnWatch& watch);

  std::optional<engine::Outcome> begin(const RollMembers& members);
  void follow_mark(const RollMembers& members, RollOrder& order);
  bool has_moved(const RollEntry& entry, const GateLook& look);
  Status may_begin();
  std::optional<engine::Outcome> look_where(const RollEntry& entry);

  [[nodiscard]] const char* done_word() const { return request_.moves ? "moved" : "restarted"; }

  void end_mark(engine::Outcome& outcome);
  [[nodiscard]] engine::Outcome finish(engine::Outcome outcome);
  [[nodiscard]] engine::Outcome stop(const Error& error) const;
  [[nodiscard]] runbook::ValueMap outputs() const;
  [[nodiscard]] std::string untouched() const;
  void tell_gate(const RollEntry& entry, const GateLook& look);

  [[nodiscard]] MonoTime now() const { return client_.loop().clock().now(); }

  const engine::Context& context_;
  kube::Client& client_;
  const RollRequest& request_;
  Patience patience_;           ///< with refusals to tell us things
  Patience eviction_patience_;  ///< with refusals to let us evict
  RollGate gate_;
  MarkKeeper mark_;
  MarkView view_;
  std::vector<RollEntry> rest_;
  std::vector<Done> done_;
  std::size_t planned_ = 0;
  bool evicted_ = false;  ///< anything at all
  bool doubted_ = false;  ///< or perhaps
  MonoTime gate_since_ = {};
  MonoTime last_names_ = MonoTime::min();
  std::vector<std::string> names_;
  std::string refusal_;
};

}  // namespace cfkops::actions
