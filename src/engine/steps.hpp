#pragma once

#include "recall.hpp"
#include "run_state.hpp"

#include "cfkops/runbook/model.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// Elements of a list that go through the steps together.
struct Batch {
  std::size_t begin = 0;  ///< the first, from 0
  std::size_t end = 0;    ///< behind the last
};

/// Whether the elements of a batch go through its steps together, each step for all of them before
/// the next one.
[[nodiscard]] bool goes_together(const runbook::Step& step);

/// The batches of a list of that size, in order.
[[nodiscard]] std::vector<Batch> batches_of(const runbook::Each& each, std::size_t size);

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
  struct Repetition;

  std::optional<Failure> run_step(const runbook::Step& step, const std::string& suffix);
  std::optional<Failure> enter_step(const runbook::Step& step, const std::string& suffix);
  // What is repeated, and what is gone on behind: steps_each.cpp.
  std::optional<Failure> run_each(const runbook::Step& step, const std::string& suffix);
  std::optional<Failure> leave_out_again(Repetition& all);
  std::optional<Failure> run_batch(Repetition& all, const Batch& batch);
  std::optional<Failure> run_elements(Repetition& all,
                                      const Batch& batch,
                                      const runbook::Step* child);
  std::optional<Failure> run_element(Repetition& all, std::size_t i, const runbook::Step* child);
  std::optional<Failure> element_failed(Repetition& all, std::size_t i, Failure failure);
  std::optional<Failure> take_back(const Repetition& all, std::size_t i, const std::string& why);
  std::optional<Failure> after_failure(const runbook::Step& step,
                                       const std::string& suffix,
                                       Failure failure);
  Status pass_over(const Failure& failure, const std::string& by);
  [[nodiscard]] bool was_passed_over(const std::string& id);
  bool person_goes_on(const Failure& failure);

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
  void give_back_locks(StepRecord& record);
  [[nodiscard]] Failure broken_off(const std::string& step, Error error) const;

  RunState& state_;
};

}  // namespace cfkops::engine
