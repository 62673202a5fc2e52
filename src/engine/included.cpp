#include "included.hpp"

#include "evaluate.hpp"
#include "names.hpp"
#include "run_state.hpp"
#include "secret_text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

using runbook::ArgumentValue;
using runbook::Param;
using runbook::Type;
using runbook::Value;

const ArgumentValue* given(const runbook::Step& step, const std::string& name) {
  const auto found = std::ranges::find(step.with, name, &runbook::ArgumentValue::Member::name);
  return found == step.with.end() ? nullptr : &found->value;
}

/// A secret, or a list of such.
bool is_secret(const Value& value) {
  if (const runbook::ValueList* items = value.list()) {
    return std::all_of(items->begin(), items->end(), is_secret);
  }
  if (const runbook::ValueMap* members = value.map()) {
    return std::all_of(
        members->begin(), members->end(), [](const auto& one) { return is_secret(one.second); });
  }
  return value.as<Redacted>() != nullptr;
}

/// Nothing for an optional one that was left out.
Result<std::optional<Value>> param_value(const Param& param,
                                         const ArgumentValue* written,
                                         const runbook::Bindings& bindings,
                                         const Site* site) {
  Value value;
  if (written != nullptr) {
    CFKOPS_ASSIGN(value, written->evaluate(bindings));
  }
  if (value.is_null()) {
    if (param.fallback) {
      return std::optional<Value>(*param.fallback);
    }
    return param.required || param.type.kind == Type::Kind::Ref
               ? Result<std::optional<Value>>(
                     make_error(ErrorCode::InvalidInput, "a value is required"))
               : std::optional<Value>();
  }
  const bool secret = mentions_secret(param.type);
  if (secret ? !is_secret(value) : value.tainted()) {
    return make_error(ErrorCode::InvalidInput,
                      secret ? "it is a secret, and is given something else"
                             : "it is no secret, and is given one");
  }
  CFKOPS_ASSIGN(Value converted, runbook::convert(value, param.type));
  CFKOPS_TRY(runbook::within_limits(param, converted));
  if (site == nullptr) {
    return std::optional<Value>(std::move(converted));
  }
  CFKOPS_ASSIGN(
      Value resolved,
      resolve_references(converted,
                         param.type,
                         {.name = "parameter '" + param.name + "'", .text = {}, .how = ""},
                         *site));
  return std::optional<Value>(std::move(resolved));
}

Error in_param(Error error, const runbook::Step& step, const Param& param) {
  const ArgumentValue* written = given(step, param.name);
  error = std::move(error).in("parameter '" + param.name + "' of " + step.include);
  if (!error.pos && written != nullptr) {
    error.pos = written->pos;
  }
  return error;
}

}  // namespace

Result<runbook::ValueMap> included_params(const runbook::Step& step,
                                          const runbook::Bindings& bindings,
                                          const Site& site) {
  runbook::ValueMap params;
  for (const Param& param : step.included->runbook.params) {
    auto value = param_value(param, given(step, param.name), bindings, &site);
    if (!value) {
      return in_param(std::move(value).error(), step, param).in("step '" + step.id + "'");
    }
    if (*value) {
      params.emplace(param.name, **std::move(value));
    }
  }
  return params;
}

runbook::ValueMap known_params(const runbook::Step& step, const runbook::Bindings& bindings) {
  runbook::ValueMap params;
  for (const Param& param : step.included->runbook.params) {
    const ArgumentValue* written = given(step, param.name);
    const runbook::ArgumentMap one =
        written == nullptr ? runbook::ArgumentMap() : runbook::ArgumentMap{{param.name, *written}};
    if (!not_known_yet(one, bindings).empty()) {
      continue;
    }
    auto value = param_value(param, written, bindings, nullptr);
    if (value && *value) {
      params.emplace(param.name, **std::move(value));
    }
  }
  return params;
}

bool is_part_of(const std::string& instance,
                const runbook::Step& group,
                const std::string& suffix) {
  const std::string base = base_of(instance);
  return instance.compare(base.size(), suffix.size(), suffix) == 0 &&
         !path_to(group.steps, base).empty();
}

bool was_begun(const RecoveredRun* before, const runbook::Step& group, const std::string& suffix) {
  return before != nullptr &&
         std::any_of(before->steps.begin(), before->steps.end(), [&](const RecoveredStep& step) {
           return step.state != "skipped" && is_part_of(step.id, group, suffix);
         });
}

bool was_finished(const RecoveredRun* before, const std::string& instance) {
  return before != nullptr && before->finished_groups.contains(instance);
}

}  // namespace cfkops::engine
