#include "terminal_approver.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

/// The name of the object that a parameter refers to, or nullptr where it refers to none.
const runbook::Value* name_of_reference(const runbook::Value& value) {
  const bool reference = value.member("kind") != nullptr && value.member("uid") != nullptr &&
                         value.member("namespace") != nullptr;
  return reference ? value.member("name") : nullptr;
}

/// What a person types to say yes to a plan of high risk: the name of the object it works on, or of
/// the namespace where it names none.
std::string target_of(const engine::Plan& plan) {
  std::string name;
  for (const auto& [param, value] : plan.params) {
    const runbook::Value* found = name_of_reference(value);
    if (found != nullptr && (name.empty() || param == "target")) {
      name = found->text();
    }
  }
  if (name.empty()) {
    name = plan.ns;
  }
  return name.empty() ? plan.runbook : name;
}

/// The plan in a few lines, for the person who is about to say yes.
std::string summary_of(const engine::Plan& plan) {
  long long steps = 0;
  long long changes = 0;
  long long open = 0;
  for (const engine::PlannedStep& step : plan.steps) {
    if (step.skipped.empty()) {
      ++steps;
      open += step.unknown.empty() ? 0 : 1;
      changes += static_cast<long long>(step.plan.changes.size());
    }
  }
  std::string text = "\n" + plan.title + (plan.risk.empty() ? "" : ", risk " + plan.risk) + "\n";
  text += "  on " + plan.server + (plan.context.empty() ? "" : ", context " + plan.context) +
          ", namespace " + plan.ns + "\n";
  text +=
      "  " + base::counted(steps, "step") + ", " + base::counted(changes, "change") + " planned";
  text += open == 0 ? "\n" : ", " + base::counted(open, "step") + " not known before the run\n";
  for (const engine::PlannedStep& step : plan.steps) {
    if (!step.skipped.empty()) {
      continue;
    }
    for (const std::string& notice : step.plan.disruption) {
      text += "  disruption: " + notice + "\n";
    }
    if (!step.confirm.empty()) {
      text += "  step '" + step.id + "' asks first: " + step.confirm + "\n";
    }
  }
  return text;
}

/// A run with a step for a person would stand half done where nobody says that it is done: `--yes`
/// does not say so, and so somebody is asked for beforehand.
Status somebody_is_there(Terminal& terminal, const engine::Plan& plan) {
  const auto task = std::ranges::find_if(plan.steps, [](const engine::PlannedStep& step) {
    return step.for_a_person && step.skipped.empty();
  });
  if (task == plan.steps.end()) {
    return {};
  }
  const std::string what = "step '" + task->id + "' is for a person";
  auto answer = terminal.ask("\n" + base::printable(what) +
                             ", and waits here until it is done. Somebody is there? Only 'yes' is "
                             "a yes: ");
  if (!answer) {
    return std::move(answer).error().in(what).with_hint("start it at a terminal");
  }
  return base::lower(base::trim(*answer)) == "yes"
             ? Status()
             : make_error(ErrorCode::Refused,
                          "not confirmed: " + what + ", and nobody is there",
                          "nothing was changed; run it again when somebody is");
}

}  // namespace

Status TerminalApprover::approve(const engine::Plan& plan) {
  if (shown_) {
    terminal_.err(base::printable_lines("\n" + plan_text(plan, *shown_)));
  }
  if (yes_) {
    return somebody_is_there(terminal_, plan);
  }
  terminal_.err(base::printable_lines(summary_of(plan)));
  const std::string word = plan.risk == "high" ? target_of(plan) : "yes";
  const std::string what = plan.risk == "high"
                               ? "Type the name of what this works on, '" + word + "': "
                               : std::string("Only 'yes' is a yes: ");
  auto answer = terminal_.ask("\n" + base::printable("Carry this out? " + what));
  if (!answer) {
    return std::move(answer).error().with_hint("read the plan, then add --yes");
  }
  const std::string_view typed = base::trim(*answer);
  // A name is what it is; yes may be shouted.
  if (word == "yes" ? base::lower(typed) != word : typed != word) {
    return make_error(ErrorCode::Refused,
                      "not confirmed: '" + word + "' was not typed",
                      "nothing was changed; run it again when it is time");
  }
  return {};
}

Status TerminalApprover::ask(const engine::Question& question) {
  if (yes_ && question.shown_in_plan) {
    return {};
  }
  std::string text = "\n" + question.what + "\n";
  for (const std::string& detail : question.details) {
    text += "  " + detail + "\n";
  }
  text += "  yes: " + question.on_yes + "\n  no: " + question.on_no + "\n";
  terminal_.err(base::printable_lines(text));
  while (true) {
    auto answer = terminal_.ask(question.of_a_task ? "Type yes or no: " : "Only 'yes' is a yes: ");
    if (!answer) {
      return std::move(answer).error();
    }
    const std::string typed = base::lower(base::trim(*answer));
    if (typed == "yes") {
      return {};
    }
    // Hours of somebody's work do not hang on a slip of the finger.
    if (!question.of_a_task || typed == "no") {
      return make_error(ErrorCode::Refused, "answered with no: " + question.what);
    }
  }
}

}  // namespace cfkops::cli
