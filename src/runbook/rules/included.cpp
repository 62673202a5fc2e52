#include "check.hpp"
#include "link.hpp"
#include "lint_context.hpp"
#include "rules/facts.hpp"
#include "rules/families.hpp"
#include "rules/rules.hpp"

#include "cfkops/runbook/include.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cfkops::runbook::rules {

namespace {

using K = Type::Kind;

bool mentions(const Type& type, K kind) {
  return type.kind == kind ||
         std::any_of(type.arguments.begin(), type.arguments.end(), [kind](const Type& inner) {
           return mentions(inner, kind);
         });
}

/// References and secrets are handed on, and not made of texts.
bool is_handed_on(const Type& type) {
  return mentions(type, K::Ref) || mentions(type, K::Secret);
}

/// What a parameter is, as if it were an action's argument.
ActionSpec spec_of(const Step& step) {
  ActionSpec spec{.name = step.include, .summary = step.included->runbook.title};
  for (const Param& param : step.included->runbook.params) {
    spec.arguments.push_back({.name = param.name,
                              .type = param.type,
                              .required = param.required || param.type.kind == K::Ref,
                              .fallback = param.fallback,
                              .help = param.doc});
  }
  return spec;
}

/// Whether what is given has a reference or a secret wherever one is wanted.
bool hands_on(const Type& given, const Type& wanted) {
  if (wanted.kind == K::Ref || wanted.kind == K::Secret) {
    return given.kind == wanted.kind;
  }
  return !is_handed_on(wanted) ||
         (given.kind == wanted.kind && hands_on(given.element(), wanted.element()));
}

/// Judges what one parameter is given, beyond what an argument would be.
class GivenRule {
 public:
  GivenRule(LintContext& context, const Step& step, const Param& param, const Scope& scope)
      : context_(context),
        step_(step),
        param_(param),
        scope_(scope) {}

  void judge(const ArgumentValue& given) {
    if (is_handed_on(param_.type)) {
      judge_handed_on(given, param_.type);
    } else {
      judge_limits(given);
    }
  }

 private:
  void judge_handed_on(const ArgumentValue& given, const Type& wanted) {
    if (const auto* list = std::get_if<ArgumentValue::List>(&given.data)) {
      for (const ArgumentValue& item : *list) {
        judge_handed_on(item, wanted.element());
      }
      return;
    }
    const auto* text = std::get_if<Template>(&given.data);
    if (text == nullptr && !std::holds_alternative<Value>(given.data)) {
      return;
    }
    const auto type = text == nullptr || text->constant() ? Result<Type>(Type::of(K::String))
                                                          : text->check(scope_);
    if (!type || hands_on(*type, wanted)) {
      return;  // what is wrong with an expression is told already
    }
    const bool secret = mentions(wanted, K::Secret);
    context_.report(kBadArgument,
                    span_of(given),
                    fmt::format("parameter '{}' of {} is {}, and is not given one",
                                param_.name,
                                step_.include,
                                secret ? "a secret" : "a reference"),
                    secret ? "pass a secret on: ${params.password}"
                           : "pass a reference on: ${params.target}; only a run looks for one by "
                             "its name");
  }

  void judge_limits(const ArgumentValue& given) {
    const auto text = literal(&given);
    if (!text || (!param_.least && !param_.most)) {
      return;
    }
    const auto value = convert(Value(*text), param_.type);
    const Status within = value ? within_limits(param_, *value) : Status();
    if (!within) {
      context_.report(
          kBadArgument,
          span_of(given),
          fmt::format(
              "parameter '{}' of {}: {}", param_.name, step_.include, within.error().message));
    }
  }

  LintContext& context_;
  const Step& step_;
  const Param& param_;
  const Scope& scope_;
};

/// Finds locks of included runbooks that are not known when the run begins, which is when they are
/// taken.
class LockRule {
 public:
  explicit LockRule(LintContext& context)
      : context_(context) {}

  void walk(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      visit(step);
    }
  }

 private:
  /// What an expression has that comes later; where that came into this file's own `with`.
  struct Late {
    bool late = false;
    const ArgumentValue* given = nullptr;
  };

  Late late(const std::vector<std::string>& chain) const {
    if (chain.front() == "steps" || chain.front() == "checks") {
      return {.late = true, .given = nullptr};
    }
    for (const auto& [name, given] : late_) {
      const bool all = chain.size() == 1 || name.second.empty();
      if (name.first == chain.front() && (all || name.second == chain[1])) {
        return {.late = true, .given = given};
      }
    }
    return {};
  }

  Late late(const Expression& expression) const {
    for (const std::vector<std::string>& chain : expression.chains()) {
      if (const Late found = late(chain); found.late) {
        return found;
      }
    }
    return {};
  }

  void visit(const Step& step) {
    const auto before = late_;
    if (step.each) {
      late_.erase({step.each->as, ""});
      if (const Late list = late(step.each->in); list.late) {
        late_[{step.each->as, ""}] = list.given;
      }
    }
    if (step.included != nullptr) {
      enter(step);
    }
    inside_ += step.included != nullptr ? 1 : 0;
    walk(step.steps);
    if (step.included != nullptr) {
      walk(step.included->runbook.rollback);
    }
    inside_ -= step.included != nullptr ? 1 : 0;
    walk(step.rollback);
    late_ = before;
  }

  void enter(const Step& step) {
    for (const ArgumentValue::Member& member : step.with) {
      runbook::each_expression(member.value, [&](const Expression& expression) {
        if (const Late found = late(expression); found.late) {
          late_[{step.included->binding, member.name}] = inside_ == 0 ? &member.value : found.given;
        }
      });
    }
    if (step.included->runbook.locks.empty()) {
      for (const Param& param : step.included->runbook.params) {
        const auto given = late_.find({step.included->binding, param.name});
        if (given != late_.end() && mentions(param.type, K::Ref)) {
          report(step, {.late = true, .given = given->second});
        }
      }
    }
    for (const Template& lock : step.included->runbook.locks) {
      for (const Expression& expression : lock.expressions()) {
        report(step, late(expression));
      }
    }
  }

  void report(const Step& step, const Late& found) {
    if (found.given == nullptr || !told_.insert(found.given).second) {
      return;  // what comes late inside of the included runbook is told there
    }
    context_.report(kInclude,
                    span_of(*found.given),
                    fmt::format("this says what '{}' locks, and is not known when the run begins",
                                step.include),
                    "locks are taken before the first step: give it what params or run has");
  }

  LintContext& context_;
  std::map<std::pair<std::string, std::string>, const ArgumentValue*> late_;
  std::set<const ArgumentValue*> told_;
  int inside_ = 0;
};

}  // namespace

void included(LintContext& context, const Step& step, const Scope& scope) {
  const ActionSpec spec = spec_of(step);
  arguments(context, spec, step.with, scope, step.action_pos, "parameter");
  for (const ArgumentValue::Member& member : step.with) {
    if (const Param* param = step.included->runbook.param(member.name)) {
      GivenRule(context, step, *param, scope).judge(member.value);
    }
  }
}

void late_locks(LintContext& context) {
  LockRule rule(context);
  rule.walk(context.runbook().steps);
  rule.walk(context.runbook().rollback);
}

}  // namespace cfkops::runbook::rules
