#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

class ReplicaSetKind final : public WorkloadKind {
 public:
  ReplicaSetKind()
      : WorkloadKind(common_names({"apps", "v1", "replicasets", "ReplicaSet"}, {"rs"}, {"all"}),
                     Scaling::Replicas) {}

  [[nodiscard]] std::vector<Column> columns() const override {
    return {
        name_column(),
        column("Desired",
               "integer",
               "Replicas is the number of desired pods. This is a pointer to distinguish between "
               "explicit zero and unspecified. Defaults to 1. More info: "
               "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset"),
        column("Current",
               "integer",
               "Replicas is the most recently observed number of non-terminating pods. More info: "
               "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset"),
        column("Ready",
               "integer",
               "The number of non-terminating pods targeted by this ReplicaSet with a Ready "
               "Condition."),
        created_column(),
        containers_column(),
        images_column(),
        column(
            "Selector",
            "string",
            "Selector is a label query over pods that should match the replica count. If the "
            "selector is empty, it is defaulted to the labels present on the pod template. Label "
            "keys and values that must match in order to be controlled by this replica set. More "
            "info: "
            "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
            "#label-selectors",
            1)};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& pod_template = object_at(object, {"spec", "template"});
    return {name_of(object),
            number_at(object, {"spec", "replicas"}),
            number_at(object, {"status", "replicas"}),
            number_at(object, {"status", "readyReplicas"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template),
            selector_text(find(object, {"spec", "selector"}))};
  }

 protected:
  void default_spec(Value& spec) const override {
    set_default(spec, {"replicas"}, 1);
    drop_empty(spec, {"minReadySeconds"});
  }

  void default_status(Value& status) const override {
    set_default(status, {"replicas"}, 0);
    drop_empty(status,
               {"observedGeneration",
                "fullyLabeledReplicas",
                "readyReplicas",
                "availableReplicas",
                "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    check_nonnegative(spec, "replicas", "spec", errors);
    check_nonnegative(spec, "minReadySeconds", "spec", errors);
    validate_selected_template(spec, "deployment", "ReplicaSet", errors);
    validate_pod_template(object_at(spec, {"template"}), "spec.template", errors);
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
                    {"replicas",
                     "fullyLabeledReplicas",
                     "readyReplicas",
                     "availableReplicas",
                     "observedGeneration",
                     "terminatingReplicas"},
                    errors);
    validate_within_replicas(
        status, {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}, errors);
    const std::int64_t available = number_at(status, {"availableReplicas"});
    if (available > number_at(status, {"readyReplicas"})) {
      errors.invalid(
          "status.availableReplicas", Value(available), "cannot be greater than readyReplicas");
    }
  }
};

}  // namespace

std::unique_ptr<Kind> replica_set_kind() {
  return std::make_unique<ReplicaSetKind>();
}

}  // namespace cfkops::sandbox
