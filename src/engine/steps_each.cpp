// How a step is repeated, batch by batch, and how a run goes on behind what fails:
//
//  1. A batch goes through the steps of a group together: each step is done for all its elements,
//     one after the other, before the next step is begun for any of them. Thus what takes long is
//     begun for all before it is waited for. An included runbook has its own prerequisites and
//     validation, and is done as a whole for one element after the other.
//  2. An element that fails, where `max_failures` permits it, is written down as passed over before
//     anything else is done; then what was done to it is undone, and the others go on without it.
//  3. What is not permitted, or cannot be undone, ends the step, and no further element is begun.
#include "asking.hpp"
#include "evaluate.hpp"
#include "planner.hpp"
#include "steps.hpp"
#include "undo.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::engine {

namespace {

std::string went_on(const std::string& step, const std::string& why) {
  return "step '" + step + "' failed, and the run went on as the runbook says: " + why;
}

}  // namespace

/// The elements of a repeated step, and which of them are left.
struct StepRunner::Repetition {
  const runbook::Step& step;
  const std::string& suffix;
  runbook::ValueList list = {};
  std::vector<bool> out = {};  ///< they failed, and the others go on

  [[nodiscard]] std::string suffix_of(std::size_t i) const {
    return suffix + "[" + std::to_string(i + 1) + "]";
  }

  [[nodiscard]] std::size_t failures() const {
    return static_cast<std::size_t>(std::count(out.begin(), out.end(), true));
  }

  [[nodiscard]] std::size_t allowed() const { return step.each->max_failures.of(list.size()); }
};

bool goes_together(const runbook::Step& step) {
  return step.action.empty() && step.included == nullptr;
}

std::vector<Batch> batches_of(const runbook::Each& each, std::size_t size) {
  std::vector<Batch> batches;
  for (std::size_t begin = 0; begin < size;) {
    const std::size_t place = std::min(batches.size(), each.batch.size() - 1);
    const std::size_t wanted = each.batch.empty() ? 1 : each.batch[place].of(size);
    const std::size_t end = std::min(size, begin + std::max<std::size_t>(wanted, 1));
    batches.push_back({.begin = begin, .end = end});
    begin = end;
  }
  return batches;
}

std::optional<Failure> StepRunner::run_each(const runbook::Step& step, const std::string& suffix) {
  auto list = elements(*step.each, state_.names.bindings());
  if (!list) {
    return broken_off(step.id, list.error());
  }
  if (list->empty()) {
    const Status told = skip(step, suffix, "`" + step.each->in.source() + "` is empty");
    return told ? std::nullopt : std::optional<Failure>(broken_off(step.id, told.error()));
  }
  Repetition all{.step = step, .suffix = suffix, .list = *std::move(list)};
  all.out.resize(all.list.size());
  if (auto failure = leave_out_again(all)) {
    return failure;
  }
  for (const Batch& batch : batches_of(*step.each, all.list.size())) {
    if (auto failure = run_batch(all, batch)) {
      return failure;
    }
  }
  return std::nullopt;
}

/// The elements that an earlier process went on without; what it did to them is undone to the end.
std::optional<Failure> StepRunner::leave_out_again(Repetition& all) {
  for (std::size_t i = 0; i < all.list.size(); ++i) {
    const std::string element = all.step.id + all.suffix_of(i);
    const RecoveredStep* failed =
        state_.before == nullptr ? nullptr : state_.before->passed_over_by(element);
    if (failed == nullptr) {
      continue;
    }
    all.out[i] = true;
    if (auto failure = take_back(all, i, failed->why)) {
      return failure;
    }
  }
  return std::nullopt;
}

std::optional<Failure> StepRunner::run_batch(Repetition& all, const Batch& batch) {
  if (!goes_together(all.step) || batch.end - batch.begin == 1) {
    return run_elements(all, batch, nullptr);
  }
  for (const runbook::Step& child : all.step.steps) {
    if (auto failure = run_elements(all, batch, &child)) {
      return failure;
    }
  }
  return std::nullopt;
}

/// One step of the group for all elements of a batch; without one all of it.
std::optional<Failure> StepRunner::run_elements(Repetition& all,
                                                const Batch& batch,
                                                const runbook::Step* child) {
  for (std::size_t i = batch.begin; i < batch.end; ++i) {
    if (auto failure = run_element(all, i, child)) {
      return failure;
    }
  }
  return std::nullopt;
}

/// One step of the group for an element; without one all of it.
std::optional<Failure> StepRunner::run_element(Repetition& all,
                                               std::size_t i,
                                               const runbook::Step* child) {
  if (all.out[i]) {
    return std::nullopt;
  }
  const std::string& as = all.step.each->as;
  auto before = state_.names.bind(as, all.list[i]);
  state_.names.enter(all.step, all.suffix_of(i));
  auto failure =
      child == nullptr ? run_body(all.step, all.suffix_of(i)) : run_step(*child, all.suffix_of(i));
  state_.names.restore(as, std::move(before));
  return failure ? element_failed(all, i, *std::move(failure)) : std::nullopt;
}

std::optional<Failure> StepRunner::element_failed(Repetition& all, std::size_t i, Failure failure) {
  const std::size_t allowed = all.allowed();
  const std::size_t failures = all.failures() + 1;
  const bool every = failures == all.list.size();
  if (!failure.passable || failures > allowed || every) {
    if (allowed > 0 && failure.passable) {
      const std::string number = std::to_string(all.list.size());
      failure.error =
          std::move(failure.error)
              .in(every ? "all of the " + number + " elements failed"
                        : base::counted(static_cast<long long>(failures), "element") + " of " +
                              number + " failed, and " + std::to_string(allowed) + " may");
    }
    return failure;
  }
  all.out[i] = true;
  if (const Status told = pass_over(failure, all.step.id + all.suffix_of(i)); !told) {
    return broken_off(failure.step, told.error());
  }
  return take_back(all, i, failure.error.text());
}

/// Undoes what was done to an element that failed.
std::optional<Failure> StepRunner::take_back(const Repetition& all,
                                             std::size_t i,
                                             const std::string& why) {
  const std::string element = all.step.id + all.suffix_of(i);
  const std::string name = "element " + std::to_string(i + 1) + " of " +
                           std::to_string(all.list.size()) + " of step '" + all.step.id + "'";
  const auto limit = std::exchange(state_.no_step_after, std::nullopt);  // an undo has its time
  const bool undone = Undo(state_).take_back_element(all.step, element);
  state_.no_step_after = limit;
  if (!undone) {
    return broken_off(element,
                      make_error(ErrorCode::Refused,
                                 name + " failed, and not all that was done to it is undone"));
  }
  state_.left.push_back(name + " failed, is taken back, and the others went on: " + why);
  state_.environment.observer.on_notice(state_.left.back());
  return std::nullopt;
}

/// Writes down that the run goes on behind `by`, in which a step has failed.
Status StepRunner::pass_over(const Failure& failure, const std::string& by) {
  StepRecord* record = state_.find(failure.step);
  if (record != nullptr) {
    record->report.state = "passed_over";
    state_.names.set_outputs(failure.step, {});
  }
  state_.environment.journal.set_step(failure.step, 1);
  Status told = state_.tell_step(audit::Phase::Step,
                                 "passed_over",
                                 Json(nlohmann::json{{"by", by}, {"why", failure.error.text()}}),
                                 audit::Durable::Yes);
  state_.environment.journal.set_step("", 0);
  return told;
}

bool StepRunner::was_passed_over(const std::string& id) {
  const RecoveredStep* failed =
      state_.before == nullptr ? nullptr : state_.before->passed_over_by(id);
  if (failed != nullptr) {
    state_.left.push_back(went_on(failed->id, failed->why));
  }
  return failed != nullptr;
}

std::optional<Failure> StepRunner::after_failure(const runbook::Step& step,
                                                 const std::string& suffix,
                                                 Failure failure) {
  using runbook::OnFailure;
  if (!failure.passable || !step.on_failure) {
    return failure;
  }
  failure.passable = false;
  if (*step.on_failure == OnFailure::Stop) {
    failure.stopped = true;
    return failure;
  }
  if (*step.on_failure == OnFailure::Rollback ||
      (*step.on_failure == OnFailure::Ask && !person_goes_on(failure))) {
    failure.stopped = state_.loop().cancel().requested();  // which is no answer
    return failure;
  }
  if (const Status told = pass_over(failure, instance_id(step, suffix)); !told) {
    return broken_off(failure.step, told.error());
  }
  state_.left.push_back(went_on(failure.step, failure.error.text()));
  state_.environment.observer.on_notice(state_.left.back());
  return std::nullopt;
}

bool StepRunner::person_goes_on(const Failure& failure) {
  return Asking(state_, "on_failure", failure.step)
      .ask({.what = "step '" + failure.step + "' failed. Go on with the next one?",
            .details = {failure.error.text()},
            .on_yes = "the run goes on; what the step did stays done, and its outputs are missing",
            .on_no = "what was done is undone",
            .shown_in_plan = false})
      .has_value();
}

}  // namespace cfkops::engine
