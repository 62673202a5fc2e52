#include "cfkops/runbook/lint.hpp"

#include "ignores.hpp"
#include "kind_outputs.hpp"
#include "link.hpp"
#include "lint_context.hpp"
#include "load_parts.hpp"
#include "rules/families.hpp"
#include "rules/rules.hpp"
#include "scope.hpp"
#include "span.hpp"

#include <fmt/format.h>

#include <algorithm>
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
  const ActionSpec* spec = rules::known_check(context, entry);
  const auto check_inner = [&](const Scope& inner) {
    if (entry.kind == "expr") {
      context.check_condition(entry.that, inner, "'that'");
      context.check(entry.otherwise, inner);
    } else {
      check_arguments(context, spec, entry.with, inner, entry.pos);
    }
  };
  // A scope is as large as the runbook: it is copied only where it differs.
  const auto proven = entry.when.proves();
  proven.empty() ? check_inner(scope) : check_inner(narrowed(scope, proven));
  return spec;
}

/// The outputs of an action or check with those arguments; of an unknown one anything, so that one
/// mistake is one finding.
Type outputs_of(const LintContext& context,
                const ActionSpec* spec,
                const ArgumentMap& with,
                const Scope& scope) {
  return spec == nullptr ? Type() : output_type(*spec, with, scope, context.kinds());
}

/// The run may go on behind it though it has failed.
bool may_be_passed_over(const Step& step) {
  return step.on_failure == OnFailure::Continue || step.on_failure == OnFailure::Ask;
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

  /// The same of steps that are done after a failure, when no step has done its work for sure.
  void walk_undoing(const std::vector<Step>& steps, const Scope& before_failure) {
    if (steps.empty()) {
      return;
    }
    Scope scope = before_failure;
    const bool before = std::exchange(undoing_, true);
    context_.set_undoing(true);
    doubt_steps(scope);
    walk(steps, scope);
    undoing_ = before;
    context_.set_undoing(before);
  }

 private:
  void visit(const Step& step, Scope& scope) {
    context_.check_condition(step.when, scope, "'when'");
    const auto proven = step.when.proves();
    if (!step.each && proven.empty()) {
      visit_body(step, scope);
      if (!step.when.empty() || may_be_passed_over(step)) {
        publish(step, scope, scope);
      }
      return;
    }
    Scope inner = narrowed(scope, proven);
    if (step.each) {
      inner.insert_or_assign(step.each->as, element_of(*step.each, inner));
    }
    visit_body(step, inner);
    publish(step, inner, scope);
  }

  void visit_body(const Step& step, Scope& scope) {
    if (step.included != nullptr) {
      rules::included(context_, step, scope);
      add_included(step.steps, scope, Presence::Always);
    } else if (!step.include.empty()) {
      check_arguments(context_, nullptr, step.with, scope, step.action_pos);
    } else if (step.action.empty()) {
      walk(step.steps, scope);
    } else {
      visit_action(step, scope);
    }
  }

  /// What the steps of an included runbook give, which was judged where it stands.
  void add_included(const std::vector<Step>& steps, Scope& scope, Presence around) {
    for (const Step& step : steps) {
      const bool sure = step.when.empty() && !step.each && !may_be_passed_over(step);
      const Presence presence = sure ? around : Presence::Maybe;
      if (!step.action.empty()) {
        const ActionSpec* spec = find_spec(context_.specs(), step.action);
        add_outputs(
            scope, "steps", step.id, outputs_of(context_, spec, step.with, scope), presence);
      }
      add_included(step.steps, scope, presence);
    }
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
    add_outputs(
        scope, "steps", step.id, outputs_of(context_, spec, step.with, scope), Presence::Always);
    for (const CheckEntry& entry : step.expect) {
      check_entry(context_, entry, scope);
    }
    walk_undoing(step.rollback, scope);
  }

  /// Makes known outside what `step` and the steps in it gave, if they were done: a list may be
  /// empty, so that a repeated step gives nothing for sure, and neither does a skipped one.
  static void publish(const Step& step, const Scope& inner, Scope& outer) {
    if (const Type::Field* outputs = inner.find("steps")->second.field(step.id)) {
      add_outputs(outer, "steps", step.id, outputs->type, Presence::Maybe);
    }
    for (const Step& child : step.steps) {
      publish(child, inner, outer);
    }
  }

  LintContext& context_;
  bool undoing_ = false;
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
                expr ? Type::object({}) : outputs_of(context, spec, entry.with, scope),
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
  steps.walk_undoing(runbook.rollback, scope);
}

/// Judges a runbook that could be loaded.
std::vector<Diagnostic> judge(LintContext& context, Profile profile) {
  walk(context);
  for (const rules::Rule& rule : rules::all()) {
    if (rule.judge != nullptr && rule.spec.profile <= profile) {
      rule.judge(context);
    }
  }
  return context.take_findings();
}

void say_that_there_are_more(std::vector<Diagnostic>& findings) {
  if (findings.size() >= kMostFindings) {
    std::string& remedy = findings.back().remedy;
    remedy += fmt::format("{}mend these first: no more than {} findings are told",
                          remedy.empty() ? "" : "; ",
                          kMostFindings);
  }
}

/// Gives each finding the severity of its rule, and takes those away that the profile does not
/// have.
void settle(std::vector<Diagnostic>& findings, Profile profile) {
  std::erase_if(findings, [profile](Diagnostic& finding) {
    const RuleSpec* rule = find_rule(finding.code);
    if (rule == nullptr) {
      return false;
    }
    finding.severity = rule->severity;
    return rule->profile > profile;
  });
}

}  // namespace

bool LintReport::has_errors() const {
  return std::any_of(findings.begin(), findings.end(), [](const Diagnostic& finding) {
    return finding.severity == Severity::Error;
  });
}

LintReport lint(std::string_view text,
                const std::string& file,
                const Knowledge& knowledge,
                Profile profile) {
  IncludePath path;
  return lint_on(text, file, knowledge, profile, path);
}

LintReport lint_on(std::string_view text,
                   const std::string& file,
                   const Knowledge& knowledge,
                   Profile profile,
                   IncludePath& path) {
  LintReport report;
  const SourceText source(text);
  const auto root = load_tree(text, file, source);
  if (!root) {
    report.findings = root.error();
    return report;
  }
  auto runbook = load_runbook(*root, source, text, file);
  if (!runbook) {
    report.findings = std::move(runbook).error();
    say_that_there_are_more(report.findings);
    return report;
  }
  Knowledge known = knowledge;
  if (profile == Profile::Basic) {
    known.kinds.reset();
  }
  std::vector<Diagnostic> unlinked = link_includes(*runbook, known, path);
  LintContext context(*runbook, *root, known, source);
  for (Diagnostic& finding : unlinked) {
    context.add(std::move(finding));
  }
  report.findings = judge(context, profile);
  say_that_there_are_more(report.findings);
  settle(report.findings, profile);
  apply_ignores(report.findings, *root, source, profile);
  sort_by_place(report.findings);
  report.runbook = *std::move(runbook);
  return report;
}

}  // namespace cfkops::runbook
