#pragma once

#include "run_state.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/kube/loop.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// What the request's windows say of these steps at that moment.
[[nodiscard]] PlannedWindow planned_window(const RunRequest& request,
                                           const std::vector<PlannedStep>& steps,
                                           WallTime now);

/// The change windows of a run. It is begun inside of them only. When they close under way it stops
/// at its next safe point, as a guard would stop it: what is done stays done, and what a stretch
/// without a safe point has begun is brought to its end. An undo is not kept back.
class WindowGate final : public MutationGate {
 public:
  /// Borrows `state`.
  explicit WindowGate(RunState& state)
      : state_(state) {}

  ~WindowGate() override { end(); }

  WindowGate(const WindowGate&) = delete;
  WindowGate& operator=(const WindowGate&) = delete;

  /// Whether these steps may be begun now. Errors: Refused, with reason `kWindowReason`.
  [[nodiscard]] Status check(const std::vector<PlannedStep>& steps) const;

  /// From now on it is watched that they are open; where they are to be ignored, that is written
  /// down instead. Errors: Io.
  Status begin();

  /// Ends the watch, and takes back the stop it asked for.
  void end();

  Status may_leave(const kube::Mutation& mutation) override;

 private:
  [[nodiscard]] bool closed();
  Status stop();
  [[nodiscard]] Status note(const std::string& event, const std::string& text) const;

  RunState& state_;
  bool watching_ = false;
  bool gate_added_ = false;
  bool told_ = false;
  std::uint64_t let_out_in_ = 0;  ///< the stretch in which a mutation was let out
  WallTime asked_;
  std::optional<runbook::WindowState> last_;
  std::optional<kube::Loop::Periodic> periodic_;
};

}  // namespace cfkops::engine
