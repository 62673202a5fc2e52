#pragma once

#include "run_state.hpp"

namespace cfkops::engine {

/// Takes back what the steps of a failed run remembered, the last remembered first, then carries
/// out the runbook's own rollback steps. Goes on with the next where one cannot be undone: each has
/// its own verdict. Not interrupted by the first request to stop.
class Undo {
 public:
  explicit Undo(RunState& state)
      : state_(state) {}

  /// True where nothing that should have been undone was left; the rest is in the state's `left`.
  bool carry_out();

 private:
  bool undo_one(const Remembered& remembered);
  Outcome attempts(const StepRecord& record, const Json& remembered);
  bool roll_back();
  void tell_what_has_no_undo();
  [[nodiscard]] bool remembered_by(const std::string& step) const;

  RunState& state_;
};

}  // namespace cfkops::engine
