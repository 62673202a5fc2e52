#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook::rules {

namespace {

constexpr std::string_view kNoTimeout = "CFK-X001";
constexpr std::string_view kNoPrecondition = "CFK-X003";
constexpr std::string_view kLooseSelector = "CFK-X004";
constexpr std::string_view kErrorsIgnored = "CFK-X007";
constexpr std::string_view kForced = "CFK-X008";
constexpr std::string_view kShell = "CFK-X009";
constexpr std::string_view kPause = "CFK-X010";
constexpr std::string_view kTooLarge = "CFK-X012";
constexpr std::string_view kNoReturn = "CFK-X014";

void no_timeout(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (placed.mutates() && placed.spec->timeout <= Duration(0) && !placed.step->timeout) {
      context.report(kNoTimeout,
                     span_of(*placed.step),
                     fmt::format("step '{}' may take for ever: {} has no time limit of its own",
                                 placed.step->id,
                                 placed.spec->name),
                     "add timeout: 10m");
    }
  }
}

void no_precondition(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (removes_pods(placed) && placed.spec->argument("uid") != nullptr &&
        argument(*placed.step, "uid") == nullptr) {
      context.report(
          kNoPrecondition,
          span_of(*placed.step),
          fmt::format("step '{}' takes whatever pod has that name by then, a replacement too",
                      placed.step->id),
          "read the pod first with object.get, and add uid: ${steps.<id>.uid}");
    }
  }
}

/// Whether a selector is empty, or may be where nobody gives the parameter.
bool selects_all(const Runbook& runbook, const ArgumentValue& value) {
  if (const auto text = literal(&value)) {
    const std::string_view trimmed = base::trim(*text);
    return trimmed.empty() || trimmed == "{}";
  }
  if (const auto* map = std::get_if<ArgumentValue::Map>(&value.data)) {
    return map->empty();
  }
  const auto* text = std::get_if<Template>(&value.data);
  const std::vector<std::string> chain = text == nullptr || text->expressions().size() != 1
                                             ? std::vector<std::string>()
                                             : text->expressions()[0].chain();
  const Param* param =
      chain.size() == 2 && chain[0] == "params" ? runbook.param(chain[1]) : nullptr;
  const std::string* fallback =
      param == nullptr || !param->fallback ? nullptr : param->fallback->as<std::string>();
  return fallback != nullptr && base::trim(*fallback).empty();
}

void judge_selector(LintContext& context, const ArgumentMap& with) {
  for (const ArgumentValue::Member& member : with) {
    if (member.name.ends_with("selector") && selects_all(context.runbook(), member.value)) {
      context.report(
          kLooseSelector,
          span_of(member.value),
          fmt::format("'{}' may be empty: it then means every pod there is", member.name),
          "name at least one label: app=kafka");
    }
  }
}

void loose_selector(LintContext& context) {
  for (const auto* checks : {&context.runbook().prerequisites, &context.runbook().validation}) {
    for (const CheckEntry& entry : *checks) {
      judge_selector(context, entry.with);
    }
  }
  for (const PlacedStep& placed : context.steps()) {
    if (placed.mutates()) {  // to read more than was meant harms nobody
      judge_selector(context, placed.step->with);
    }
    for (const CheckEntry& entry : placed.step->expect) {
      judge_selector(context, entry.with);
    }
  }
}

/// Whether it, or a step in the group that it is, changes something.
bool changes_something(const LintContext& context, const Step& step) {
  const std::vector<PlacedStep>& all = context.all_steps();
  return std::any_of(all.begin(), all.end(), [&step](const PlacedStep& placed) {
    const bool in =
        placed.step == &step ||
        std::find(placed.around.begin(), placed.around.end(), &step) != placed.around.end();
    return in && !placed.undoing && placed.mutates();
  });
}

void failures_passed_over(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    if (placed.step->on_failure == OnFailure::Continue &&
        changes_something(context, *placed.step)) {
      context.report(kErrorsIgnored,
                     context.key_of(*placed.step, "on_failure"),
                     fmt::format("step '{}' changes something, and the run goes on whether or not "
                                 "it could",
                                 placed.step->id),
                     "write on_failure: ask, or ignore this with the reason");
    }
  }
}

void errors_ignored(LintContext& context) {
  failures_passed_over(context);
  for (const PlacedStep& placed : context.steps()) {
    const ArgumentValue* must = argument(*placed.step, "must_succeed");
    if (literal(must) == "false" &&
        !context.used_chains().contains("steps." + placed.step->id + ".exit_code")) {
      context.report(
          kErrorsIgnored,
          span_of(*must),
          fmt::format("step '{}' may fail and nobody looks at its exit_code", placed.step->id),
          fmt::format("add expect: [{{check: expr, that: steps.{}.exit_code in [0, 1]}}]",
                      placed.step->id));
    }
  }
}

void forced(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const ArgumentValue* grace = argument(*placed.step, "grace");
    const auto written = literal(grace);
    const auto parsed =
        written ? convert(Value(*written), Type::of(Type::Kind::Duration)) : Result<Value>(Value());
    const Duration* time = parsed ? parsed->as<Duration>() : nullptr;
    if (time != nullptr && *time == Duration(0)) {
      context.report(kForced,
                     span_of(*grace),
                     "without any grace a process cannot close its files: Kafka then recovers its "
                     "logs for a long time",
                     "remove 'grace', or ignore this with the reason");
    }
  }
}

void shell(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const std::vector<std::string> command = command_line(*placed.step);
    if (!shell_script(command).empty()) {
      context.report(
          kShell,
          span_of(*argument(*placed.step, "argv")),
          fmt::format("{} reads a script: what is put into it may become a command", command[0]),
          "name the program itself, and each of its arguments: argv: [df, -h]");
    }
  }
}

void pause(LintContext& context) {
  for (const PlacedStep& placed : context.steps()) {
    const std::vector<std::string> command = command_line(*placed.step);
    const std::string program = command.empty() ? std::string() : command[0];
    if (program == "sleep" || program.ends_with("/sleep") ||
        shell_script(command).starts_with("sleep ")) {
      context.report(kPause,
                     span_of(*argument(*placed.step, "argv")),
                     "a pause is too short on a bad day and too long on all others",
                     "wait for what it is meant to bring about: do: object.wait, or attempts");
    }
  }
}

void too_large(LintContext& context) {
  constexpr std::size_t kMostSteps = 40;
  constexpr std::size_t kMostGroups = 3;
  std::size_t leaves = 0;
  for (const PlacedStep& placed : context.steps()) {
    leaves += placed.step->action.empty() ? 0U : 1U;
    if (placed.step->action.empty() && placed.around.size() == kMostGroups) {
      context.report(kTooLarge,
                     span_of(*placed.step),
                     fmt::format("group '{}' is the {}th inside another: nobody follows that at "
                                 "night",
                                 placed.step->id,
                                 placed.around.size() + 1),
                     "make it a runbook of its own");
    }
    if (leaves == kMostSteps + 1 && !placed.step->action.empty()) {
      context.report(kTooLarge,
                     span_of(*placed.step),
                     fmt::format("the runbook has more than {} steps", kMostSteps),
                     "make two of it, each with its own prerequisites and validation");
    }
  }
}

/// The first step that cannot be taken back, after others that can, needs somebody's word.
void point_of_no_return(LintContext& context) {
  std::vector<const PlacedStep*> can_be_undone;
  for (const PlacedStep& placed : context.all_steps()) {
    if (placed.undoing || !placed.mutates()) {
      continue;
    }
    if (placed.spec->no_undo.empty()) {
      can_be_undone.push_back(&placed);
      continue;
    }
    // What an included runbook does to its own steps is told there.
    const auto last =
        std::find_if(can_be_undone.rbegin(), can_be_undone.rend(), [&](const PlacedStep* before) {
          return placed.by == nullptr || before->by != placed.by;
        });
    const Step* undoable = last == can_be_undone.rend() ? nullptr : (*last)->step;
    if (undoable != nullptr && placed.step->confirm.source().empty()) {
      context.report(
          kNoReturn,
          span_of(told_at(placed)),
          fmt::format("step '{}' is the point of no return: '{}' before it can be undone, it "
                      "cannot",
                      placed.step->id,
                      undoable->id),
          placed.by == nullptr ? std::string("add confirm: with what is to be looked at before")
                               : fmt::format("add confirm: to it in {}, or to a step before '{}'",
                                             placed.by->included->runbook.file,
                                             placed.by->id));
    }
    return;
  }
}

}  // namespace

std::span<const Rule> step_rules() {
  using enum Severity;
  using enum Profile;
  static constexpr std::array<Rule, 9> kRules = {{
      {{kNoTimeout, "no-timeout", "a step may take for ever", Error, Ci}, no_timeout},
      {{kNoPrecondition, "no-precondition", "a pod is removed whoever it is", Warning, Ci},
       no_precondition},
      {{kLooseSelector, "loose-selector", "a selector may mean everything", Error, Ci},
       loose_selector},
      {{kErrorsIgnored, "errors-ignored", "a failure that nobody looks at", Warning, Ci},
       errors_ignored},
      {{kForced, "forced", "a process is given no time to end", Warning, Ci}, forced},
      {{kShell, "shell", "a shell is given a script", Error, Ci}, shell},
      {{kPause, "pause", "a pause where waiting fits", Warning, Ci}, pause},
      {{kTooLarge, "too-large", "too many steps, or groups in groups", Warning, Ci}, too_large},
      {{kNoReturn, "no-return", "the point of no return is not confirmed", Warning, Production},
       point_of_no_return},
  }};
  return kRules;
}

}  // namespace cfkops::runbook::rules
