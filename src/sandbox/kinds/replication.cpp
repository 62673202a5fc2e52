#include "kinds/replication.hpp"

#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"
#include "object_meta.hpp"
#include "selector.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr const char* kAbout =
    "https://kubernetes.io/docs/concepts/workloads/controllers/"
    "replicationcontroller#what-is-a-replicationcontroller";
constexpr const char* kSelectorWords =
    "Selector is a label query over pods that should match the Replicas count. If Selector is "
    "empty, it is defaulted to the labels present on the Pod template. Label keys and values that "
    "must match in order to be controlled by this replication controller, if empty defaulted to "
    "labels on Pod template. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors";

class PodTemplateKind final : public Kind {
 public:
  PodTemplateKind()
      : Kind(common_names({"", "v1", "podtemplates", "PodTemplate"})) {}

  [[nodiscard]] bool counts_generation() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    default_pod_template(ensure_object(object, {"template"}));
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    validate_pod_template(object_at(object, {"template"}), "template", errors);
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    Column containers = containers_column();
    Column images = images_column();
    containers.priority = 0;
    images.priority = 0;
    return {name_column(),
            containers,
            images,
            column("Pod Labels", "string", "The labels for the pod template.")};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime /*now*/) const override {
    const Value& pod_template = object_at(object, {"template"});
    return {name_of(object),
            container_names(pod_template),
            container_images(pod_template),
            labels_text(object_at(pod_template, {"metadata", "labels"}))};
  }
};

class ReplicationControllerKind final : public WorkloadKind {
 public:
  ReplicationControllerKind()
      : WorkloadKind(
            common_names(
                {"", "v1", "replicationcontrollers", "ReplicationController"}, {"rc"}, {"all"}),
            Scaling::Replicas) {}

  void set_defaults(Value& object) const override {
    WorkloadKind::set_defaults(object);
    const Value labels = object_at(object, {"spec", "template", "metadata", "labels"});
    if (labels.empty()) {
      return;
    }
    if (object_at(object, {"spec", "selector"}).empty()) {
      make_at(object, {"spec", "selector"}) = labels;
    }
    if (object_at(object, {"metadata", "labels"}).empty()) {
      make_at(object, {"metadata", "labels"}) = labels;
    }
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"status.replicas", fmt::format("{}", number_at(object, {"status", "replicas"}))}};
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"status.replicas"};
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {
        name_column(),
        column("Desired",
               "integer",
               fmt::format("Replicas is the number of desired replicas. This is a pointer to "
                           "distinguish between explicit zero and unspecified. Defaults to 1. "
                           "More info: {}",
                           kAbout)),
        column("Current",
               "integer",
               fmt::format("Replicas is the most recently observed number of replicas. More "
                           "info: {}",
                           kAbout)),
        column("Ready", "integer", "The number of ready replicas for this replication controller."),
        created_column(),
        containers_column(),
        images_column(),
        column("Selector", "string", kSelectorWords, 1)};
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
            labels_text(object_at(object, {"spec", "selector"}))};
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
                "readyReplicas",
                "availableReplicas",
                "fullyLabeledReplicas",
                "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    check_nonnegative(spec, "minReadySeconds", "spec", errors);
    const Value& selector = object_at(spec, {"selector"});
    if (selector.empty()) {
      errors.required("spec.selector");
    }
    check_nonnegative(spec, "replicas", "spec", errors);
    const Value& pod_template = object_at(spec, {"template"});
    const Value& labels = object_at(pod_template, {"metadata", "labels"});
    if (!selector.empty() && !LabelSelector::of_map(selector).matches(labels)) {
      errors.invalid(
          "spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
    }
    validate_pod_template(pod_template, "spec.template", errors);
    const std::string policy = text_at(pod_template, {"spec", "restartPolicy"});
    if (policy != "Always") {
      errors.not_supported("spec.template.spec.restartPolicy", Value(policy), {"Always"});
    }
    if (find(pod_template, {"spec", "activeDeadlineSeconds"}) != nullptr) {
      errors.forbidden("spec.template.spec.activeDeadlineSeconds",
                       "activeDeadlineSeconds in ReplicationController is not Supported");
    }
  }

  void validate_spec_change(const Value& /*fresh*/,
                            const Value& /*old*/,
                            FieldErrors& /*errors*/) const override {}

  void validate_status(const Value& status, FieldErrors& errors) const override {
    validate_counts(status,
                    {"replicas",
                     "fullyLabeledReplicas",
                     "readyReplicas",
                     "availableReplicas",
                     "observedGeneration"},
                    errors);
    validate_within_replicas(
        status, {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"}, errors);
    if (number_at(status, {"availableReplicas"}) > number_at(status, {"readyReplicas"})) {
      errors.invalid("status.availableReplicas",
                     Value(number_at(status, {"availableReplicas"})),
                     "cannot be greater than readyReplicas");
    }
  }
};

}  // namespace

std::unique_ptr<Kind> pod_template_kind() {
  return std::make_unique<PodTemplateKind>();
}

std::unique_ptr<Kind> replication_controller_kind() {
  return std::make_unique<ReplicationControllerKind>();
}

}  // namespace cfkops::sandbox
