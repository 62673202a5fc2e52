#include "cfkops/runbook/lint.hpp"

#include "lint_context.hpp"
#include "rules/rules.hpp"
#include "scope.hpp"
#include "span.hpp"

#include "cfkops/runbook/loader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace cfkops::runbook {

namespace {

/// Judges the expressions in an argument whose action nobody knows, so that its names at least are
/// right.
void check_argument(LintContext& context, const ArgumentValue& argument, const Scope& scope) {
  if (const auto* text = std::get_if<Template>(&argument.data)) {
    context.check(*text, scope);
  } else if (const auto* list = std::get_if<ArgumentValue::List>(&argument.data)) {
    for (const ArgumentValue& item : *list) {
      check_argument(context, item, scope);
    }
  } else if (const auto* map = std::get_if<ArgumentValue::Map>(&argument.data)) {
    for (const auto& member : *map) {
      check_argument(context, member.value, scope);
    }
  }
}

void check_arguments(LintContext& context,
                     const ActionSpec* spec,
                     const ArgumentMap& with,
                     const Scope& scope,
                     const SourcePos& pos) {
  if (spec != nullptr) {
    rules::arguments(context, *spec, with, scope, pos);
    return;
  }
  for (const auto& entry : with) {
    check_argument(context, entry.value, scope);
  }
}

/// Returns the spec of its kind, where there is one.
const ActionSpec* check_entry(LintContext& context, const CheckEntry& entry, const Scope& scope) {
  context.check_condition(entry.when, scope, "'when'");
  const Scope inner = narrowed(scope, entry.when.proves());
  const ActionSpec* spec = rules::known_check(context, entry);
  if (entry.kind == "expr") {
    context.check_condition(entry.that, inner, "'that'");
    context.check(entry.otherwise, inner);
  } else {
    check_arguments(context, spec, entry.with, inner, entry.pos);
  }
  return spec;
}

/// The outputs of an action or check; of an unknown one anything, so that one mistake is one
/// finding.
Type outputs_of(const ActionSpec* spec) {
  return spec == nullptr ? Type() : spec->output_type();
}

/// Walks the steps in the order they run. What a step gives is in the scope of all that follow.
class StepWalk {
 public:
  explicit StepWalk(LintContext& context)
      : context_(context) {}

  void walk(const std::vector<Step>& steps, Scope& scope) {
    for (const Step& step : steps) {
      visit(step, scope);
    }
  }

 private:
  void visit(const Step& step, Scope& scope) {
    context_.check_condition(step.when, scope, "'when'");
    Scope inner = narrowed(scope, step.when.proves());
    if (step.each) {
      inner.insert_or_assign(step.each->as, element_of(*step.each, inner));
    }
    if (step.action.empty()) {
      walk(step.steps, inner);
    } else {
      visit_action(step, inner);
    }
    // A list may be empty, so that a repeated step gives nothing for sure; neither does a skipped
    // one.
    const bool maybe = step.each || !step.when.empty();
    publish(step, inner, scope, maybe ? Presence::Maybe : Presence::Always);
  }

  Type element_of(const Each& each, const Scope& scope) {
    const Type list = context_.check(each.in, scope);
    if (list.kind != Type::Kind::List && list.kind != Type::Kind::Any) {
      context_.report(kTypeMismatch,
                      each.in.pos(),
                      count_characters(each.in.source()),
                      fmt::format("'in' must be a list, but is {}", list.text()),
                      "write a list, such as params.topics");
    }
    return list.element();
  }

  void visit_action(const Step& step, Scope& scope) {
    context_.check_text(step.confirm, scope, "'confirm'");
    const ActionSpec* spec = rules::known_action(context_, step);
    check_arguments(context_, spec, step.with, scope, step.action_pos);
    if (spec != nullptr) {
      rules::repetition(context_, step, *spec);
    }
    add_outputs(scope, "steps", step.id, outputs_of(spec), Presence::Always);
    for (const CheckEntry& entry : step.expect) {
      check_entry(context_, entry, scope);
    }
    // It is taken back after a failure, perhaps its own, with what was known by then.
    Scope doubtful = scope;
    doubt_steps(doubtful);
    walk(step.rollback, doubtful);
  }

  /// Makes what `step` and the steps in it gave known outside.
  static void publish(const Step& step, const Scope& inner, Scope& outer, Presence presence) {
    if (const Type::Field* outputs = inner.find("steps")->second.field(step.id)) {
      add_outputs(outer, "steps", step.id, outputs->type, presence);
    }
    for (const Step& child : step.steps) {
      publish(child, inner, outer, presence);
    }
  }

  LintContext& context_;
};

void walk(LintContext& context) {
  const Runbook& runbook = context.runbook();
  Scope scope = initial_scope(runbook);
  for (const Template& lock : runbook.locks) {
    context.check_text(lock, scope, "an entry of 'locks'");  // taken before anything is asked
  }
  for (const CheckEntry& entry : runbook.prerequisites) {
    const ActionSpec* spec = check_entry(context, entry, scope);
    const bool expr = entry.kind == "expr";
    add_outputs(scope,
                "checks",
                entry.id,
                expr ? Type::object({}) : outputs_of(spec),
                entry.when.empty() ? Presence::Always : Presence::Maybe);
  }
  for (const Guard& guard : runbook.guards) {
    check_entry(context, guard.check, scope);
  }
  StepWalk steps(context);
  steps.walk(runbook.steps, scope);
  for (const CheckEntry& entry : runbook.validation) {
    check_entry(context, entry, scope);
  }
  // It runs when something failed, so that no step has done its work for sure.
  doubt_steps(scope);
  steps.walk(runbook.rollback, scope);
}

}  // namespace

bool LintReport::has_errors() const {
  return !findings.empty();
}

LintReport lint(std::string_view text, const std::string& file, std::span<const ActionSpec> specs) {
  LintReport report;
  auto runbook = load_runbook(text, file);
  if (!runbook) {
    report.findings = std::move(runbook).error();
    return report;
  }
  const SourceText source(text);
  LintContext context(*runbook, specs, source);
  walk(context);
  rules::unused_params(context);
  report.findings = context.take_findings();
  std::stable_sort(
      report.findings.begin(), report.findings.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.pos.line, a.pos.column) < std::tie(b.pos.line, b.pos.column);
      });
  report.runbook = *std::move(runbook);
  return report;
}

}  // namespace cfkops::runbook
