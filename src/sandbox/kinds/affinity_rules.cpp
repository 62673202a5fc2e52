#include "kinds/affinity_rules.hpp"

#include "kinds/checks.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::sandbox {

namespace {

void validate_requirement(const Value& requirement, const std::string& path, FieldErrors& errors) {
  const std::string op = text_at(requirement, {"operator"});
  const Value& values = list_at(requirement, {"values"});
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      errors.required(below(path, "values"),
                      "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      errors.forbidden(below(path, "values"),
                       "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) {
      errors.required(below(path, "values"),
                      "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    errors.invalid(below(path, "operator"), Value(op), "not a valid selector operator");
  }
  validate_qualified_name(text_at(requirement, {"key"}), below(path, "key"), errors);
}

void validate_term(const Value& term, const std::string& path, FieldErrors& errors) {
  const Value& expressions = list_at(term, {"matchExpressions"});
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    validate_requirement(expressions.at(i), element(below(path, "matchExpressions"), i), errors);
  }
}

void validate_weight(const Value& term, const std::string& path, FieldErrors& errors) {
  const std::int64_t weight = number_at(term, {"weight"});
  if (weight <= 0 || weight > 100) {
    errors.invalid(below(path, "weight"), Value(weight), "must be in the range 1-100");
  }
}

void validate_pod_term(const Value& term, const std::string& path, FieldErrors& errors) {
  for (const char* name : {"labelSelector", "namespaceSelector"}) {
    if (const Value* selector = find(term, {name})) {
      validate_label_selector(*selector, below(path, name), errors);
    }
  }
  for (const Value& ns : list_at(term, {"namespaces"})) {
    validate_dns_label(
        ns.is_string() ? ns.get<std::string>() : "", below(path, "namespace"), errors);
  }
  const std::string key = text_at(term, {"topologyKey"});
  if (key.empty()) {
    errors.required(below(path, "topologyKey"), "can not be empty");
  }
  validate_qualified_name(key, below(path, "topologyKey"), errors);
}

void validate_pod_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
  const std::string required = below(path, "requiredDuringSchedulingIgnoredDuringExecution");
  const Value& must = list_at(affinity, {"requiredDuringSchedulingIgnoredDuringExecution"});
  for (std::size_t i = 0; i < must.size(); ++i) {
    validate_pod_term(must.at(i), element(required, i), errors);
  }
  const std::string preferred = below(path, "preferredDuringSchedulingIgnoredDuringExecution");
  const Value& may = list_at(affinity, {"preferredDuringSchedulingIgnoredDuringExecution"});
  for (std::size_t i = 0; i < may.size(); ++i) {
    const std::string here = element(preferred, i);
    validate_weight(may.at(i), here, errors);
    validate_pod_term(
        object_at(may.at(i), {"podAffinityTerm"}), below(here, "podAffinityTerm"), errors);
  }
}

void validate_node_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
  constexpr const char* kMust = "requiredDuringSchedulingIgnoredDuringExecution";
  if (const Value* must = find(affinity, {kMust})) {
    validate_node_selector(*must, below(path, kMust), errors);
  }
  constexpr const char* kMay = "preferredDuringSchedulingIgnoredDuringExecution";
  const Value& may = list_at(affinity, {kMay});
  for (std::size_t i = 0; i < may.size(); ++i) {
    const std::string here = element(below(path, kMay), i);
    validate_weight(may.at(i), here, errors);
    validate_term(object_at(may.at(i), {"preference"}), below(here, "preference"), errors);
  }
}

void validate_value(const Value& toleration, const std::string& path, FieldErrors& errors) {
  const std::string op = text_at(toleration, {"operator"});
  const std::string value = text_at(toleration, {"value"});
  const std::string field = below(path, "operator");
  if (op.empty() || op == "Equal") {
    const Faults faults = label_value_faults(value);
    if (!faults.empty()) {
      errors.invalid(field, Value(value), fmt::format("{}", fmt::join(faults, ";")));
    }
  } else if (op == "Exists") {
    if (!value.empty()) {
      errors.invalid(field, Value(value), "value must be empty when `operator` is 'Exists'");
    }
  } else {
    errors.not_supported(field, Value(op), {"Equal", "Exists"});
  }
}

}  // namespace

void validate_taint_effect(const std::string& effect,
                           const std::string& path,
                           FieldErrors& errors) {
  if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") {
    errors.not_supported(path, Value(effect), {"NoSchedule", "PreferNoSchedule", "NoExecute"});
  }
}

void validate_node_selector(const Value& selector, const std::string& path, FieldErrors& errors) {
  const std::string terms_path = below(path, "nodeSelectorTerms");
  const Value& terms = list_at(selector, {"nodeSelectorTerms"});
  if (terms.empty()) {
    errors.required(terms_path, "must have at least one node selector term");
  }
  for (std::size_t i = 0; i < terms.size(); ++i) {
    validate_term(terms.at(i), element(terms_path, i), errors);
  }
}

void validate_affinity(const Value& affinity, const std::string& path, FieldErrors& errors) {
  validate_node_affinity(
      object_at(affinity, {"nodeAffinity"}), below(path, "nodeAffinity"), errors);
  for (const char* name : {"podAffinity", "podAntiAffinity"}) {
    validate_pod_affinity(object_at(affinity, {name}), below(path, name), errors);
  }
}

void validate_tolerations(const Value& tolerations, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < tolerations.size(); ++i) {
    const Value& toleration = tolerations.at(i);
    const std::string here = element(path, i);
    const std::string key = text_at(toleration, {"key"});
    const std::string op = text_at(toleration, {"operator"});
    const std::string effect = text_at(toleration, {"effect"});
    if (!key.empty()) {
      validate_qualified_name(key, below(here, "key"), errors);
    } else if (op != "Exists") {
      errors.invalid(below(here, "operator"),
                     Value(op),
                     "operator must be Exists when `key` is empty, which means \"match all values "
                     "and all keys\"");
    }
    if (find(toleration, {"tolerationSeconds"}) != nullptr && effect != "NoExecute") {
      errors.invalid(below(here, "effect"),
                     Value(effect),
                     "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    validate_value(toleration, here, errors);
    if (!effect.empty()) {
      validate_taint_effect(effect, below(here, "effect"), errors);
    }
  }
}

void validate_spread(const Value& constraints, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const Value& constraint = constraints.at(i);
    const std::string here = element(path, i);
    const std::int64_t skew = number_at(constraint, {"maxSkew"});
    const std::string key = text_at(constraint, {"topologyKey"});
    const std::string action = text_at(constraint, {"whenUnsatisfiable"});
    if (skew <= 0) {
      errors.invalid(below(here, "maxSkew"), Value(skew), "must be greater than zero");
    }
    if (key.empty()) {
      errors.required(below(here, "topologyKey"), "can not be empty");
    }
    if (action != "DoNotSchedule" && action != "ScheduleAnyway") {
      errors.not_supported(
          below(here, "whenUnsatisfiable"), Value(action), {"DoNotSchedule", "ScheduleAnyway"});
    }
    for (std::size_t j = i + 1; j < constraints.size(); ++j) {
      if (text_at(constraints.at(j), {"topologyKey"}) == key &&
          text_at(constraints.at(j), {"whenUnsatisfiable"}) == action) {
        errors.duplicate(below(here, "{topologyKey, whenUnsatisfiable}"),
                         Value(fmt::format("{{{}, {}}}", key, action)));
        break;
      }
    }
    if (const Value* selector = find(constraint, {"labelSelector"})) {
      validate_label_selector(*selector, below(here, "labelSelector"), errors);
    }
  }
}

}  // namespace cfkops::sandbox
