#pragma once

#include "recall.hpp"
#include "run_state.hpp"

#include "cfkops/runbook/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// Carries steps out in order. Borrows the state.
class StepRunner {
 public:
  explicit StepRunner(RunState& state)
      : state_(state) {}

  /// Nothing once all are done or skipped; otherwise what kept one from being done, and those after
  /// it were not begun.
  std::optional<Failure> run(const std::vector<runbook::Step>& steps,
                             const std::string& suffix = {});

 private:
  struct Attempted;

  std::optional<Failure> run_step(const runbook::Step& step, const std::string& suffix);
  std::optional<Failure> run_each(const runbook::Step& step, const std::string& suffix);
  std::optional<Failure> run_body(const runbook::Step& step, const std::string& suffix);
  /// Asks for the confirmation that the step wants. Errors: Cancelled on no; as of the template.
  Status confirm(const runbook::Step& step, StepRecord& record);
  std::optional<Failure> run_action(const runbook::Step& step,
                                    const Action& action,
                                    StepRecord& record);
  [[nodiscard]] bool was_done(StepRecord& record) const;
  [[nodiscard]] Status known_to(const runbook::Step& step, Part part) const;
  Outcome begin_again(const runbook::Step& step, const Action& action, StepRecord& record);
  Outcome attempt_until_over(const runbook::Step& step, const Action& action, StepRecord& record);
  Outcome attempt(const runbook::Step& step, const Action& action, Attempted& so_far);
  Outcome expectations(const runbook::Step& step, const Attempted& so_far, Outcome done);
  Status wait_before_next(const runbook::Step& step,
                          const Attempted& so_far,
                          const Outcome& outcome);
  Status skip(const runbook::Step& step, const std::string& suffix, const std::string& why);
  std::optional<Failure> finish(StepRecord& record, const Outcome& outcome);
  [[nodiscard]] Failure broken_off(const std::string& step, Error error) const;

  RunState& state_;
};

}  // namespace cfkops::engine
