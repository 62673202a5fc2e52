#include "kinds/job_rules.hpp"

#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace cfkops::sandbox {

namespace {

void check_mode(const Value& spec, const std::string& path, FieldErrors& errors) {
  const std::string mode = text_at(spec, {"completionMode"}, "NonIndexed");
  if (mode != "NonIndexed" && mode != "Indexed") {
    errors.not_supported(below(path, "completionMode"), Value(mode), {"NonIndexed", "Indexed"});
  }
  if (mode == "Indexed") {
    if (find(spec, {"completions"}) == nullptr) {
      errors.required(below(path, "completions"), "when completion mode is Indexed");
    }
    constexpr std::int64_t kMost = 100000;
    const std::int64_t parallelism = number_at(spec, {"parallelism"});
    if (parallelism > kMost) {
      errors.invalid(below(path, "parallelism"),
                     Value(parallelism),
                     "must be less than or equal to 100000 when completion mode is Indexed");
    }
    return;
  }
  for (const char* name : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
    if (const Value* there = find(spec, {name})) {
      errors.invalid(below(path, name), *there, "requires indexed completion mode");
    }
  }
}

void check_replacement(const Value& spec, const std::string& path, FieldErrors& errors) {
  const Value* policy = find(spec, {"podReplacementPolicy"});
  if (policy == nullptr) {
    return;
  }
  const bool only_failed = find(spec, {"podFailurePolicy"}) != nullptr;
  if (*policy != "Failed" && (only_failed || *policy != "TerminatingOrFailed")) {
    const std::vector<std::string> supported =
        only_failed ? std::vector<std::string>{"Failed"}
                    : std::vector<std::string>{"Failed", "TerminatingOrFailed"};
    errors.not_supported(below(path, "podReplacementPolicy"), *policy, supported);
  }
}

void check_restart_policy(const Value& spec, const std::string& path, FieldErrors& errors) {
  const std::string field = below(path, "template.spec.restartPolicy");
  const std::string policy = text_at(spec, {"template", "spec", "restartPolicy"});
  if (policy.empty() || policy == "Always") {
    errors.required(field, R"(valid values: "OnFailure", "Never")");
  } else if (policy != "OnFailure" && policy != "Never") {
    errors.not_supported(field, Value(policy), {"OnFailure", "Never"});
  } else if (policy != "Never" && find(spec, {"podFailurePolicy"}) != nullptr) {
    errors.invalid(
        field, Value(policy), "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

}  // namespace

void default_job(Value& job) {
  Value& spec = ensure_object(job, {"spec"});
  if (find(spec, {"completions"}) == nullptr && find(spec, {"parallelism"}) == nullptr) {
    spec["completions"] = 1;
  }
  set_default(spec, {"parallelism"}, 1);
  const bool per_index = find(spec, {"backoffLimitPerIndex"}) != nullptr;
  set_default(spec, {"backoffLimit"}, per_index ? std::numeric_limits<std::int32_t>::max() : 6);
  set_default(spec, {"completionMode"}, "NonIndexed");
  set_default(spec, {"suspend"}, false);
  set_default(spec,
              {"podReplacementPolicy"},
              find(spec, {"podFailurePolicy"}) == nullptr ? "TerminatingOrFailed" : "Failed");
  set_default(spec, {"manualSelector"}, false);
  default_pod_template(ensure_object(spec, {"template"}));
  const Value* labels = find(spec, {"template", "metadata", "labels"});
  if (labels != nullptr && !labels->empty() && object_at(job, {"metadata", "labels"}).empty()) {
    make_at(job, {"metadata", "labels"}) = Value(*labels);
  }
}

void validate_job_spec(const Value& spec, const std::string& path, FieldErrors& errors) {
  for (const char* name : {"parallelism",
                           "completions",
                           "activeDeadlineSeconds",
                           "backoffLimit",
                           "ttlSecondsAfterFinished",
                           "backoffLimitPerIndex",
                           "maxFailedIndexes"}) {
    check_nonnegative(spec, name, path, errors);
  }
  if (find(spec, {"maxFailedIndexes"}) != nullptr &&
      find(spec, {"backoffLimitPerIndex"}) == nullptr) {
    errors.required(below(path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  }
  check_mode(spec, path, errors);
  check_replacement(spec, path, errors);
  validate_pod_template(object_at(spec, {"template"}), below(path, "template"), errors);
  check_restart_policy(spec, path, errors);
}

bool job_has(const Value& job, std::string_view condition) {
  return std::ranges::any_of(list_at(job, {"status", "conditions"}), [&](const Value& one) {
    return text_at(one, {"type"}) == condition && text_at(one, {"status"}) == "True";
  });
}

}  // namespace cfkops::sandbox
