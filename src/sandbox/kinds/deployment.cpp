#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

const Value& share_at(const Value& rolling, std::string_view name) {
  static const Value kNone = 0;
  const Value* share = find(rolling, {name});
  return share == nullptr ? kNone : *share;
}

void check_rolling(const Value& rolling, FieldErrors& errors) {
  const std::string path = "spec.strategy.rollingUpdate";
  const Value& unavailable = share_at(rolling, "maxUnavailable");
  const Value& surge = share_at(rolling, "maxSurge");
  check_share(unavailable, below(path, "maxUnavailable"), errors);
  check_share(surge, below(path, "maxSurge"), errors);
  if (share_number(unavailable) == 0 && share_number(surge) == 0) {
    errors.invalid(below(path, "maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
  }
  check_share_limit(unavailable, below(path, "maxUnavailable"), errors);
}

void check_strategy(const Value& spec, FieldErrors& errors) {
  const std::string type = text_at(spec, {"strategy", "type"});
  const Value* rolling = find(spec, {"strategy", "rollingUpdate"});
  if (type == "Recreate") {
    if (rolling != nullptr) {
      errors.forbidden("spec.strategy.rollingUpdate",
                       "may not be specified when strategy `type` is 'Recreate'");
    }
  } else if (type == "RollingUpdate") {
    if (rolling == nullptr) {
      errors.required("spec.strategy.rollingUpdate", "this should be defaulted and never be nil");
    } else {
      check_rolling(*rolling, errors);
    }
  } else {
    // As the internal type prints, which has no names for JSON.
    errors.add({FieldError::Type::NotSupported,
                "spec.strategy",
                R"(supported values: "Recreate", "RollingUpdate")",
                fmt::format(R"({{"Type":{},"RollingUpdate":null}})", go_quoted(type))});
  }
}

void check_deadline(const Value& spec, FieldErrors& errors) {
  const Value* deadline = find(spec, {"progressDeadlineSeconds"});
  if (deadline == nullptr) {
    return;
  }
  check_nonnegative(spec, "progressDeadlineSeconds", "spec", errors);
  if (number_at(spec, {"progressDeadlineSeconds"}) <= number_at(spec, {"minReadySeconds"})) {
    errors.invalid(
        "spec.progressDeadlineSeconds", *deadline, "must be greater than minReadySeconds");
  }
}

class DeploymentKind final : public WorkloadKind {
 public:
  DeploymentKind()
      : WorkloadKind(common_names({"apps", "v1", "deployments", "Deployment"}, {"deploy"}, {"all"}),
                     Scaling::Replicas) {}

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    WorkloadKind::prepare_update(fresh, old, subresource);
    if (subresource == "status") {
      const Value* labels = find(old, {"metadata", "labels"});
      if (labels == nullptr) {
        erase_at(fresh, {"metadata", "labels"});
      } else {
        make_at(fresh, {"metadata", "labels"}) = *labels;
      }
    } else if (!alike(find(fresh, {"metadata", "annotations"}),
                      find(old, {"metadata", "annotations"}))) {
      // Of deployments alone annotations count as well.
      make_at(fresh, {"metadata", "generation"}) = number_at(old, {"metadata", "generation"}) + 1;
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Ready", "string", "Number of the pod with ready state"),
            column("Up-to-date",
                   "string",
                   "Total number of non-terminating pods targeted by this deployment that have the "
                   "desired template spec."),
            column("Available",
                   "string",
                   "Total number of available non-terminating pods (ready for at least "
                   "minReadySeconds) targeted by this deployment."),
            created_column(),
            containers_column(),
            images_column(),
            column("Selector",
                   "string",
                   "Label selector for pods. Existing ReplicaSets whose pods are selected by this "
                   "will be the ones affected by this deployment.",
                   1)};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& pod_template = object_at(object, {"spec", "template"});
    return {name_of(object),
            fmt::format("{}/{}",
                        number_at(object, {"status", "readyReplicas"}),
                        number_at(object, {"spec", "replicas"})),
            number_at(object, {"status", "updatedReplicas"}),
            number_at(object, {"status", "availableReplicas"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template),
            selector_text(find(object, {"spec", "selector"}))};
  }

 protected:
  void default_spec(Value& spec) const override {
    set_default(spec, {"replicas"}, 1);
    ensure_object(spec, {"strategy"});
    if (text_at(spec, {"strategy", "type"}).empty()) {
      make_at(spec, {"strategy", "type"}) = "RollingUpdate";
    }
    if (text_at(spec, {"strategy", "type"}) == "RollingUpdate") {
      set_default(spec, {"strategy", "rollingUpdate", "maxUnavailable"}, "25%");
      set_default(spec, {"strategy", "rollingUpdate", "maxSurge"}, "25%");
    }
    set_default(spec, {"revisionHistoryLimit"}, 10);
    set_default(spec, {"progressDeadlineSeconds"}, 600);
    drop_empty(spec, {"minReadySeconds"});
    if (!flag_at(spec, {"paused"})) {
      erase_at(spec, {"paused"});
    }
  }

  void default_status(Value& status) const override {
    drop_empty(status,
               {"observedGeneration",
                "replicas",
                "updatedReplicas",
                "readyReplicas",
                "availableReplicas",
                "unavailableReplicas",
                "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    check_nonnegative(spec, "replicas", "spec", errors);
    validate_selected_template(spec, "deployment", "ReplicaSet", errors);
    validate_pod_template(object_at(spec, {"template"}), "spec.template", errors);
    check_strategy(spec, errors);
    check_nonnegative(spec, "minReadySeconds", "spec", errors);
    check_nonnegative(spec, "revisionHistoryLimit", "spec", errors);
    check_deadline(spec, errors);
  }

  void validate_spec_change(const Value& fresh,
                            const Value& old,
                            FieldErrors& errors) const override {
    check_immutable(find(fresh, {"spec", "selector"}),
                    find(old, {"spec", "selector"}),
                    "spec.selector",
                    errors);
  }

  void validate_status(const Value& status, FieldErrors& errors) const override {
    validate_counts(status,
                    {"observedGeneration",
                     "replicas",
                     "updatedReplicas",
                     "readyReplicas",
                     "availableReplicas",
                     "unavailableReplicas",
                     "terminatingReplicas",
                     "collisionCount"},
                    errors);
    validate_within_replicas(
        status, {"updatedReplicas", "readyReplicas", "availableReplicas"}, errors);
    const std::int64_t available = number_at(status, {"availableReplicas"});
    if (available > number_at(status, {"readyReplicas"})) {
      errors.invalid(
          "status.availableReplicas", Value(available), "cannot be greater than readyReplicas");
    }
  }
};

}  // namespace

std::unique_ptr<Kind> deployment_kind() {
  return std::make_unique<DeploymentKind>();
}

}  // namespace cfkops::sandbox
