#include "lint_context.hpp"

#include "check.hpp"
#include "places.hpp"
#include "span.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cfkops::runbook {

namespace {

using Places = std::map<std::string, std::string, std::less<>>;

void note_steps(const std::vector<Step>& steps, Places& places) {
  for (const Step& step : steps) {
    places.emplace("steps." + step.id, step.id);
    note_steps(step.steps, places);
    note_steps(step.rollback, places);
  }
}

/// The steps of a list with those in them, in file order.
class StepList {
 public:
  StepList(std::span<const ActionSpec> specs, std::vector<PlacedStep>& out)
      : specs_(specs),
        out_(out) {}

  void add(const std::vector<Step>& steps, bool undoing) {
    for (const Step& step : steps) {
      out_.push_back({&step, find_spec(specs_, step.action), around_, undoing, by_});
      const Step* outer = by_;
      by_ = outer == nullptr && step.included != nullptr ? &step : outer;
      around_.push_back(&step);
      add(step.steps, undoing);
      around_.pop_back();
      add(step.rollback, true);
      by_ = outer;
    }
  }

 private:
  std::span<const ActionSpec> specs_;
  std::vector<PlacedStep>& out_;
  std::vector<const Step*> around_;
  const Step* by_ = nullptr;
};

bool keeps_from_running(const Diagnostic& finding) {
  const RuleSpec* rule = find_rule(finding.code);
  return rule == nullptr || rule->profile == Profile::Basic;
}

}  // namespace

bool PlacedStep::repeated() const {
  return step->each || std::any_of(around.begin(), around.end(), [](const Step* group) {
           return group->each.has_value();
         });
}

LintContext::LintContext(const Runbook& runbook,
                         const base::YamlNode& root,
                         const Knowledge& knowledge,
                         const SourceText& source)
    : runbook_(runbook),
      root_(root),
      knowledge_(knowledge),
      source_(source) {
  note_steps(runbook.steps, places_);
  note_steps(runbook.rollback, places_);
  for (const CheckEntry& check : runbook.prerequisites) {
    places_.emplace("checks." + check.id, check.id);
  }
  StepList list(knowledge.specs, all_steps_);
  list.add(runbook.steps, false);
  list.add(runbook.rollback, true);
  std::copy_if(all_steps_.begin(),
               all_steps_.end(),
               std::back_inserter(steps_),
               [](const PlacedStep& placed) { return placed.by == nullptr; });
  each_place(root, [this](const base::YamlNode& map, std::string_view where) {
    const base::YamlNode* id = where == "step" ? map.find("id") : nullptr;
    if (id != nullptr) {
      nodes_.emplace(std::pair(id->pos.line, id->pos.column), &map);
    }
  });
}

bool LintContext::requires_check(std::string_view kind) const {
  return std::any_of(runbook_.prerequisites.begin(),
                     runbook_.prerequisites.end(),
                     [kind](const CheckEntry& entry) { return entry.kind == kind; });
}

const Param* LintContext::param_of(const std::vector<std::string>& chain) const {
  if (chain.size() < 2) {
    return nullptr;
  }
  if (chain.front() == "params") {
    return runbook_.param(chain[1]);
  }
  const Param* found = nullptr;
  each_include(runbook_, [&](const Step& step) {
    if (step.included->binding == chain.front()) {
      found = step.included->runbook.param(chain[1]);
    }
  });
  return found;
}

Span LintContext::key_of(const Step& step, std::string_view key) const {
  const auto node = nodes_.find({step.pos.line, step.pos.column});
  if (node != nodes_.end()) {
    for (const base::YamlNode::Member& member : node->second->members) {
      if (member.key == key) {
        return {member.key_pos, count_characters(member.key)};
      }
    }
  }
  return {step.pos, count_characters(step.id)};
}

Diagnostic& LintContext::report(std::string_view code,
                                const SourcePos& pos,
                                int length,
                                std::string message,
                                std::string remedy) {
  if (undoing_ && code == kMaybeMissing) {
    code = kNeedsSuccess;
  }
  return add({std::string(code), std::move(message), std::move(remedy), pos, std::max(length, 1)});
}

Diagnostic& LintContext::add(Diagnostic finding) {
  if (findings_.size() < kMostFindings) {
    return findings_.emplace_back(std::move(finding));
  }
  // What keeps a runbook from being run is never lost among what does not.
  Diagnostic& last = findings_.back();
  Diagnostic& place = keeps_from_running(finding) && !keeps_from_running(last) ? last : dropped_;
  place = std::move(finding);
  return place;
}

void LintContext::report(Error error, const SourcePos& start, const std::string& scalar) {
  if (error.reason == kUnknownName) {
    refine(error);
  }
  if (undoing_ && error.reason == kMaybeMissing) {
    error.reason = kNeedsSuccess;
    error.message += ": this is done after a failure, perhaps before it was there";
  }
  Diagnostic diagnostic = to_diagnostic(error, std::string(kTypeMismatch));
  diagnostic.pos = source_.locate(start, scalar, error.pos.value_or(start));
  diagnostic.length = source_.word_length(diagnostic.pos);
  add(std::move(diagnostic));
}

void LintContext::refine(Error& error) const {
  const std::string chain = error.causes.empty() ? std::string() : error.causes.front().field;
  const std::vector<std::string> parts = base::split(chain, '.');
  if (parts.size() == 1 && runbook_.param(chain) != nullptr) {
    error.hint = fmt::format("write params.{}", chain);
  } else if (parts.size() == 1 && places_.contains("steps." + chain)) {
    error.hint = fmt::format("write steps.{}.<output>", chain);
  } else if (parts.size() == 2 && places_.contains(chain)) {
    error.reason = kTooEarly;
    const bool step = parts[0] == "steps";
    error.message = step ? fmt::format("step '{}' is not done yet when this is used", parts[1])
                         : fmt::format("check '{}' is not asked yet when this is used", parts[1]);
    error.hint = "move it up, or use this later";
  }
}

void LintContext::note_names(const Expression& expression) {
  for (const std::vector<std::string>& chain : expression.chains()) {
    used_chains_.insert(base::join(chain, "."));
    if (chain.front() != "params") {
      continue;
    }
    if (chain.size() > 1) {
      used_params_.insert(chain[1]);
      continue;
    }
    for (const Param& param : runbook_.params) {
      used_params_.insert(param.name);  // all of them at once: size(params), params[name]
    }
  }
}

Type LintContext::check(const Expression& expression, const Scope& scope) {
  note_names(expression);
  auto type = expression.check(scope);
  if (type) {
    return *std::move(type);
  }
  report(std::move(type).error(), expression.pos(), expression.source());
  return {};
}

Type LintContext::check(const Template& text, const Scope& scope) {
  for (const Expression& expression : text.expressions()) {
    note_names(expression);
  }
  auto type = text.check(scope);
  if (type) {
    return *std::move(type);
  }
  report(std::move(type).error(), text.pos(), text.source());
  return {};
}

void LintContext::check_text(const Template& text, const Scope& scope, std::string_view what) {
  const Type type = check(text, scope);
  const int length = count_characters(text.source());
  if (type.maybe_missing) {
    report(kMaybeMissing,
           text.pos(),
           length,
           fmt::format("{} needs a text, but {} may be missing", what, text.source()),
           "guard it with has()");
  }
  if (has_secret(type)) {
    report(kSecretSink,
           text.pos(),
           length,
           fmt::format("{} cannot be a secret", what),
           "a secret may only be passed on to an argument that takes a secret");
  }
}

void LintContext::check_condition(const Expression& condition,
                                  const Scope& scope,
                                  std::string_view what) {
  if (condition.empty()) {
    return;
  }
  const Type type = check(condition, scope);
  if (type.kind != Type::Kind::Bool && type.kind != Type::Kind::Any) {
    report(kNotBool,
           condition.pos(),
           count_characters(condition.source()),
           fmt::format("{} must be true or false, but is {}", what, type.text()),
           "compare it with something");
  }
}

}  // namespace cfkops::runbook
