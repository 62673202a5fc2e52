#include "plan_text.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

namespace cfkops::cli {
namespace {

std::string lines(const std::string& indent, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) {
    text += indent + item + "\n";
  }
  return text;
}

std::string change_text(const engine::PlannedChange& change) {
  std::string text = "      " + change.verb + " " + change.object;
  if (!change.uid.empty()) {
    text += " (uid " + change.uid + ")";
  }
  text += change.verdict.empty() ? "\n" : ": " + change.verdict + "\n";
  return text + lines("          ", change.diff);
}

std::string step_text(const engine::PlannedStep& step, std::size_t number) {
  std::string text = "  " + std::to_string(number) + ". " + step.id + " (" + step.action + ")";
  text += step.title.empty() ? "\n" : ": " + step.title + "\n";
  if (!step.skipped.empty()) {
    return text + "      skipped: " + step.skipped + "\n";
  }
  if (!step.unknown.empty()) {
    text += "      not known before the run: " + step.unknown + "\n";
  }
  if (!step.confirm.empty()) {
    text += "      asks first: " + step.confirm + "\n";
  }
  for (const engine::PlannedChange& change : step.plan.changes) {
    text += change_text(change);
  }
  text += lines("      note: ", step.plan.notes);
  text += lines("      disruption: ", step.plan.disruption);
  text += "      time: " +
          (step.plan.estimate ? "about " + base::human_duration(*step.plan.estimate) : "unknown") +
          "\n";
  if (!step.plan.undo.empty()) {
    text += "      undo: " + step.plan.undo + "\n";
  }
  return text;
}

std::string checks_text(const engine::Plan& plan) {
  std::string text = "\nPrerequisites\n";
  for (const engine::PlannedCheck& check : plan.prerequisites) {
    text += "  " + std::string(engine::to_string(check.result.verdict)) + "  " + check.title;
    text += check.result.summary.empty() ? "\n" : ": " + check.result.summary + "\n";
    if (!engine::lets_go_on(check.result.verdict)) {
      text += lines("      - ", check.result.details);
      text += check.result.remedy.empty() ? "" : "      next: " + check.result.remedy + "\n";
    }
    if (!check.decides) {
      text += "      asked again when its step comes; until then it keeps no run from beginning\n";
    }
  }
  return text;
}

std::string header(const engine::Plan& plan) {
  std::string text = "Plan of " + plan.runbook + ": " + plan.title + "\n";
  text += "  server     " + plan.server +
          (plan.server_version.empty() ? "" : " (" + plan.server_version + ")") + "\n";
  text += "  as         " + (plan.user.empty() ? "unknown" : plan.user) +
          (plan.context.empty() ? "" : ", context " + plan.context) + ", namespace " + plan.ns +
          "\n";
  text += "  runbook    sha256 " + plan.runbook_sha256 +
          (plan.risk.empty() ? "" : ", risk " + plan.risk) + "\n";
  for (const engine::PlannedInclude& included : plan.includes) {
    text += "  includes   " + included.name + " by step '" + included.step + "', sha256 " +
            included.sha256 + "\n";
  }
  if (plan.window.restricted) {
    text += "  window     " + plan.window.text() + "\n";
  }
  for (const engine::LockTarget& lock : plan.locks) {
    text += "  lock       " + lock.text + " (lease " + lock.ns + "/" + lock.lease + ")\n";
  }
  for (const auto& [name, value] : plan.params) {
    const runbook::Value* uid = value.member("uid");
    const runbook::Value* kind = value.member("kind");
    const runbook::Value* object = value.member("name");
    text += "  " + name + " = ";
    if (uid != nullptr && kind != nullptr && object != nullptr) {
      text += kind->text() + " " + object->text() + " (uid " + uid->text() + ")\n";
    } else {
      text += value.text() + "\n";
    }
  }
  return text;
}

}  // namespace

std::string plan_text(const engine::Plan& plan, PlanParts parts) {
  std::string text = header(plan);
  if (parts == PlanParts::All && !plan.prerequisites.empty()) {
    text += checks_text(plan);
  }
  text += "\nSteps\n";
  std::size_t number = 0;
  for (const engine::PlannedStep& step : plan.steps) {
    text += step_text(step, ++number);
  }
  if (!plan.validation.empty()) {
    text += "\nValidation afterwards\n" + lines("  ", plan.validation);
  }
  if (plan.blocked()) {
    return text + "\nThis plan is blocked: a run would be refused before its first change.\n";
  }
  return text + (plan.window.refuses()
                     ? "\nNothing was changed. Only the change window stands in the way of a run.\n"
                     : "\nNothing was changed. Nothing stands in the way.\n");
}

}  // namespace cfkops::cli
