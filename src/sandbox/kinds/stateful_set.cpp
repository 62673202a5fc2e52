#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cfkops::sandbox {

namespace {

constexpr const char* kForbiddenChange =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden";

void default_claim(Value& claim) {
  if (!claim.is_object()) {
    return;
  }
  set_default(claim, {"apiVersion"}, "v1");
  set_default(claim, {"kind"}, "PersistentVolumeClaim");
  ensure_object(claim, {"metadata"});
  ensure_object(claim, {"spec"});
  ensure_object(claim, {"spec", "resources"});
  set_default(claim, {"spec", "volumeMode"}, "Filesystem");
  ensure_object(claim, {"status"});
  set_default(claim, {"status", "phase"}, "Pending");
}

// The pods get a volume for each claim template, so containers may mount what the template lacks.
Value template_with_claims(const Value& spec) {
  Value pod_template = object_at(spec, {"template"});
  Value& pod = ensure_object(pod_template, {"spec"});
  erase_at(pod, {"subdomain"});
  erase_at(pod, {"hostname"});
  const Value& claims = list_at(spec, {"volumeClaimTemplates"});
  if (claims.empty()) {
    return pod_template;
  }
  Value volumes = Value::array();
  for (const Value& claim : claims) {
    const std::string name = name_of(claim);
    volumes.push_back({{"name", name}, {"persistentVolumeClaim", {{"claimName", name}}}});
  }
  for (const Value& volume : list_at(pod, {"volumes"})) {
    const bool claimed = std::ranges::any_of(
        claims, [&](const Value& claim) { return name_of(claim) == text_at(volume, {"name"}); });
    if (!claimed) {
      volumes.push_back(volume);
    }
  }
  make_at(pod, {"volumes"}) = std::move(volumes);
  return pod_template;
}

void check_retention(const Value& spec, FieldErrors& errors) {
  const Value* policy = find(spec, {"persistentVolumeClaimRetentionPolicy"});
  if (policy == nullptr) {
    return;
  }
  for (const char* name : {"whenDeleted", "whenScaled"}) {
    const std::string word = text_at(*policy, {name});
    if (word != "Retain" && word != "Delete") {
      errors.not_supported(below("spec.persistentVolumeClaimRetentionPolicy", name),
                           Value(word),
                           {"Retain", "Delete"});
    }
  }
}

void check_rolling(const Value& rolling, FieldErrors& errors) {
  const std::string path = "spec.updateStrategy.rollingUpdate";
  check_nonnegative(rolling, "partition", path, errors);
  const Value* most = find(rolling, {"maxUnavailable"});
  if (most != nullptr) {
    const std::string field = below(path, "maxUnavailable");
    check_share(*most, field, errors);
    if (share_number(*most) == 0) {
      errors.invalid(field, *most, "cannot be 0");
    }
    check_share_limit(*most, field, errors);
  }
}

void check_strategy(const Value& spec, FieldErrors& errors) {
  const std::string type = text_at(spec, {"updateStrategy", "type"});
  const Value* rolling = find(spec, {"updateStrategy", "rollingUpdate"});
  if (type.empty()) {
    errors.required("spec.updateStrategy");
  } else if (type == "OnDelete") {
    if (rolling != nullptr) {
      // As the internal type prints, which has no names for JSON.
      errors.add({FieldError::Type::Invalid,
                  "spec.updateStrategy.rollingUpdate",
                  "only allowed for updateStrategy 'RollingUpdate'",
                  fmt::format(R"({{"Partition":{},"MaxUnavailable":{}}})",
                              number_at(*rolling, {"partition"}),
                              find(*rolling, {"maxUnavailable"}) == nullptr
                                  ? "null"
                                  : go_json(*find(*rolling, {"maxUnavailable"})))});
    }
  } else if (type == "RollingUpdate") {
    if (rolling != nullptr) {
      check_rolling(*rolling, errors);
    }
  } else {
    errors.add({FieldError::Type::Invalid,
                "spec.updateStrategy",
                "must be 'RollingUpdate' or 'OnDelete'",
                fmt::format(R"({{"Type":{},"RollingUpdate":null}})", go_quoted(type))});
  }
}

class StatefulSetKind final : public WorkloadKind {
 public:
  StatefulSetKind()
      : WorkloadKind(common_names({"apps", "v1", "statefulsets", "StatefulSet"}, {"sts"}, {"all"}),
                     Scaling::Replicas) {}

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    validate_dns_label(name, "metadata.name", errors);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    WorkloadKind::validate(object, errors);
    const std::string service = text_at(object, {"spec", "serviceName"});
    if (!service.empty()) {
      validate_dns_label(service, "spec.serviceName", errors);
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Ready", "string", "Number of the pod with ready state"),
            created_column(),
            containers_column(),
            images_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& pod_template = object_at(object, {"spec", "template"});
    return {name_of(object),
            fmt::format("{}/{}",
                        number_at(object, {"status", "readyReplicas"}),
                        number_at(object, {"spec", "replicas"})),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template)};
  }

 protected:
  void default_spec(Value& spec) const override {
    set_default(spec, {"podManagementPolicy"}, "OrderedReady");
    ensure_object(spec, {"updateStrategy"});
    if (text_at(spec, {"updateStrategy", "type"}).empty()) {
      make_at(spec, {"updateStrategy", "type"}) = "RollingUpdate";
    }
    if (text_at(spec, {"updateStrategy", "type"}) == "RollingUpdate") {
      set_default(spec, {"updateStrategy", "rollingUpdate", "partition"}, 0);
    }
    set_default(spec, {"persistentVolumeClaimRetentionPolicy", "whenDeleted"}, "Retain");
    set_default(spec, {"persistentVolumeClaimRetentionPolicy", "whenScaled"}, "Retain");
    set_default(spec, {"replicas"}, 1);
    set_default(spec, {"revisionHistoryLimit"}, 10);
    set_default(spec, {"serviceName"}, "");
    drop_empty(spec, {"minReadySeconds"});
    Value* claims = find(spec, {"volumeClaimTemplates"});
    if (claims != nullptr && claims->is_array()) {
      std::ranges::for_each(*claims, default_claim);
    }
  }

  void default_status(Value& status) const override {
    set_default(status, {"replicas"}, 0);
    set_default(status, {"availableReplicas"}, 0);
    drop_empty(status,
               {"observedGeneration",
                "readyReplicas",
                "currentReplicas",
                "updatedReplicas",
                "currentRevision",
                "updateRevision",
                "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    const std::string order = text_at(spec, {"podManagementPolicy"});
    if (order.empty()) {
      errors.required("spec.podManagementPolicy");
    } else if (order != "OrderedReady" && order != "Parallel") {
      errors.invalid(
          "spec.podManagementPolicy", Value(order), "must be 'OrderedReady' or 'Parallel'");
    }
    check_strategy(spec, errors);
    check_retention(spec, errors);
    check_nonnegative(spec, "replicas", "spec", errors);
    check_nonnegative(spec, "minReadySeconds", "spec", errors);
    check_nonnegative(object_at(spec, {"ordinals"}), "start", "spec.ordinals", errors);
    validate_selected_template(spec, "statefulset", "StatefulSet", errors);
    const Value pod_template = template_with_claims(spec);
    validate_pod_template(pod_template, "spec.template", errors);
    validate_labels(
        object_at(pod_template, {"metadata", "labels"}), "spec.template.labels", errors);
  }

  void validate_spec_change(const Value& fresh,
                            const Value& old,
                            FieldErrors& errors) const override {
    Value one = object_at(fresh, {"spec"});
    Value other = object_at(old, {"spec"});
    for (const char* name : {"replicas",
                             "template",
                             "updateStrategy",
                             "minReadySeconds",
                             "ordinals",
                             "revisionHistoryLimit",
                             "persistentVolumeClaimRetentionPolicy"}) {
      erase_at(one, {name});
      erase_at(other, {name});
    }
    if (one != other) {
      errors.forbidden("spec", kForbiddenChange);
    }
  }

  void validate_status(const Value& status, FieldErrors& errors) const override {
    validate_counts(status,
                    {"replicas",
                     "readyReplicas",
                     "currentReplicas",
                     "updatedReplicas",
                     "availableReplicas",
                     "observedGeneration",
                     "collisionCount"},
                    errors);
    validate_within_replicas(
        status,
        {"readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"},
        errors);
    const std::int64_t available = number_at(status, {"availableReplicas"});
    if (available > number_at(status, {"readyReplicas"})) {
      errors.invalid("status.availableReplicas",
                     Value(available),
                     "cannot be greater than status.readyReplicas");
    }
  }
};

}  // namespace

std::unique_ptr<Kind> stateful_set_kind() {
  return std::make_unique<StatefulSetKind>();
}

}  // namespace cfkops::sandbox
