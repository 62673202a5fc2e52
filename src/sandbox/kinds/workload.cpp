#include "kinds/workload.hpp"

#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"
#include "selector.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

void take_over(Value& fresh, const Value& old, std::string_view member) {
  const Value* there = find(old, {member});
  if (there == nullptr) {
    erase_at(fresh, {member});
  } else {
    make_at(fresh, {member}) = *there;
  }
}

}  // namespace

WorkloadKind::WorkloadKind(KindNames names, Scaling scaling)
    : Kind(std::move(names)),
      scaling_(scaling) {}

std::vector<SubresourceNames> WorkloadKind::subresources() const {
  std::vector<SubresourceNames> all;
  if (scaling_ == Scaling::Replicas) {
    all.push_back(scale_names());
  }
  all.push_back(status_names(resource().kind));
  return all;
}

void WorkloadKind::set_defaults(Value& object) const {
  Value& spec = ensure_object(object, {"spec"});
  default_spec(spec);
  default_pod_template(ensure_object(spec, {"template"}));
  default_status(ensure_object(object, {"status"}));
}

void WorkloadKind::prepare_create(Value& object) const {
  Value& status = make_at(object, {"status"});
  status = Value::object();
  default_status(status);
}

void WorkloadKind::prepare_update(Value& fresh,
                                  const Value& old,
                                  std::string_view subresource) const {
  take_over(fresh, old, subresource == "status" ? "spec" : "status");
}

void WorkloadKind::validate(const Value& object, FieldErrors& errors) const {
  validate_spec(object, errors);
}

void WorkloadKind::validate_update(const Value& fresh,
                                   const Value& old,
                                   std::string_view subresource,
                                   FieldErrors& errors) const {
  if (subresource == "status") {
    validate_status(object_at(fresh, {"status"}), errors);
    check_collisions(fresh, old, errors);
    return;
  }
  validate_spec(fresh, errors);
  validate_spec_change(fresh, old, errors);
}

void validate_selected_template(const Value& spec,
                                std::string_view word,
                                std::string_view kind,
                                FieldErrors& errors) {
  const Value* selector = find(spec, {"selector"});
  if (selector == nullptr) {
    errors.required("spec.selector");
  } else {
    validate_label_selector(*selector, "spec.selector", errors);
    if (object_at(*selector, {"matchLabels"}).empty() &&
        list_at(*selector, {"matchExpressions"}).empty()) {
      errors.invalid(
          "spec.selector", *selector, fmt::format("empty selector is invalid for {}", word));
    }
  }
  const Value& pod_template = object_at(spec, {"template"});
  const Value& labels = object_at(pod_template, {"metadata", "labels"});
  const LabelSelector wanted = LabelSelector::of(selector);
  if (!wanted.empty() && !wanted.matches(labels)) {
    const Value* there = find(pod_template, {"metadata", "labels"});
    errors.invalid("spec.template.metadata.labels",
                   there == nullptr ? Value(nullptr) : *there,
                   "`selector` does not match template `labels`");
  }
  const std::string policy = text_at(pod_template, {"spec", "restartPolicy"});
  if (policy != "Always") {
    errors.not_supported("spec.template.spec.restartPolicy", Value(policy), {"Always"});
  }
  if (find(pod_template, {"spec", "activeDeadlineSeconds"}) != nullptr) {
    errors.forbidden("spec.template.spec.activeDeadlineSeconds",
                     fmt::format("activeDeadlineSeconds in {} is not Supported", kind));
  }
}

void validate_counts(const Value& status,
                     std::initializer_list<std::string_view> names,
                     FieldErrors& errors) {
  for (const std::string_view name : names) {
    check_nonnegative(status, name, "status", errors);
  }
}

void validate_within_replicas(const Value& status,
                              std::initializer_list<std::string_view> names,
                              FieldErrors& errors) {
  const std::int64_t replicas = number_at(status, {"replicas"});
  for (const std::string_view name : names) {
    const std::int64_t count = number_at(status, {name});
    if (count > replicas) {
      errors.invalid(below("status", name), Value(count), "cannot be greater than status.replicas");
    }
  }
}

void add_workload_kinds(Kinds& kinds) {
  kinds.push_back(controller_revision_kind());
  kinds.push_back(daemon_set_kind());
  kinds.push_back(deployment_kind());
  kinds.push_back(replica_set_kind());
  kinds.push_back(stateful_set_kind());
}

}  // namespace cfkops::sandbox
