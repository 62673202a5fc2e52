#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace cfkops::sandbox {

namespace {

/// Counts the changes of the template. It was a field once.
constexpr const char* kTemplateGeneration = "deprecated.daemonset.template.generation";

std::int64_t template_generation(const Value& object) {
  const std::string text = text_at(object, {"metadata", "annotations", kTemplateGeneration});
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void set_template_generation(Value& object, std::int64_t number) {
  make_at(object, {"metadata", "annotations", kTemplateGeneration}) = std::to_string(number);
}

void check_rolling(const Value& rolling, FieldErrors& errors) {
  const std::string path = "spec.updateStrategy.rollingUpdate";
  const Value none = 0;
  const Value* unavailable = find(rolling, {"maxUnavailable"});
  const Value* surge = find(rolling, {"maxSurge"});
  unavailable = unavailable == nullptr ? &none : unavailable;
  surge = surge == nullptr ? &none : surge;
  check_share(*unavailable, below(path, "maxUnavailable"), errors);
  check_share(*surge, below(path, "maxSurge"), errors);
  check_share_limit(*unavailable, below(path, "maxUnavailable"), errors);
  check_share_limit(*surge, below(path, "maxSurge"), errors);
  const bool has_unavailable = share_number(*unavailable) != 0;
  const bool has_surge = share_number(*surge) != 0;
  if (has_unavailable && has_surge) {
    errors.invalid(
        below(path, "maxSurge"), *surge, "may not be set when maxUnavailable is non-zero");
  } else if (!has_unavailable && !has_surge) {
    errors.required(below(path, "maxUnavailable"), "cannot be 0 when maxSurge is 0");
  }
}

void check_strategy(const Value& spec, FieldErrors& errors) {
  const std::string type = text_at(spec, {"updateStrategy", "type"});
  const Value* rolling = find(spec, {"updateStrategy", "rollingUpdate"});
  if (type == "RollingUpdate") {
    if (rolling == nullptr) {
      errors.required("spec.updateStrategy.rollingUpdate");
    } else {
      check_rolling(*rolling, errors);
    }
  } else if (type != "OnDelete") {
    // As the internal type prints, which has no names for JSON.
    errors.add({FieldError::Type::NotSupported,
                "spec.updateStrategy",
                R"(supported values: "RollingUpdate", "OnDelete")",
                fmt::format(R"({{"Type":{},"RollingUpdate":null}})", go_quoted(type))});
  }
}

class DaemonSetKind final : public WorkloadKind {
 public:
  DaemonSetKind()
      : WorkloadKind(common_names({"apps", "v1", "daemonsets", "DaemonSet"}, {"ds"}, {"all"}),
                     Scaling::None) {}

  void prepare_create(Value& object) const override {
    WorkloadKind::prepare_create(object);
    set_template_generation(object, std::max<std::int64_t>(1, template_generation(object)));
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    WorkloadKind::prepare_update(fresh, old, subresource);
    if (subresource == "status") {
      return;
    }
    const bool same = alike(find(fresh, {"spec", "template"}), find(old, {"spec", "template"}));
    set_template_generation(fresh, template_generation(old) + (same ? 0 : 1));
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& status = object_at(object, {"status"});
    const Value& pod_template = object_at(object, {"spec", "template"});
    return {name_of(object),
            number_at(status, {"desiredNumberScheduled"}),
            number_at(status, {"currentNumberScheduled"}),
            number_at(status, {"numberReady"}),
            number_at(status, {"updatedNumberScheduled"}),
            number_at(status, {"numberAvailable"}),
            labels_text(object_at(pod_template, {"spec", "nodeSelector"})),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template),
            selector_text(find(object, {"spec", "selector"}))};
  }

 protected:
  void default_spec(Value& spec) const override {
    ensure_object(spec, {"updateStrategy"});
    if (text_at(spec, {"updateStrategy", "type"}).empty()) {
      make_at(spec, {"updateStrategy", "type"}) = "RollingUpdate";
    }
    if (text_at(spec, {"updateStrategy", "type"}) == "RollingUpdate") {
      set_default(spec, {"updateStrategy", "rollingUpdate", "maxUnavailable"}, 1);
      set_default(spec, {"updateStrategy", "rollingUpdate", "maxSurge"}, 0);
    }
    set_default(spec, {"revisionHistoryLimit"}, 10);
    drop_empty(spec, {"minReadySeconds"});
  }

  void default_status(Value& status) const override {
    for (const char* name : {"currentNumberScheduled",
                             "numberMisscheduled",
                             "desiredNumberScheduled",
                             "numberReady"}) {
      set_default(status, {name}, 0);
    }
    drop_empty(status,
               {"observedGeneration",
                "updatedNumberScheduled",
                "numberAvailable",
                "numberUnavailable",
                "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    validate_selected_template(spec, "daemonset", "DaemonSet", errors);
    validate_pod_template(object_at(spec, {"template"}), "spec.template", errors);
    check_nonnegative(spec, "minReadySeconds", "spec", errors);
    check_strategy(spec, errors);
    check_nonnegative(spec, "revisionHistoryLimit", "spec", errors);
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
                    {"currentNumberScheduled",
                     "numberMisscheduled",
                     "desiredNumberScheduled",
                     "numberReady",
                     "observedGeneration",
                     "updatedNumberScheduled",
                     "numberAvailable",
                     "numberUnavailable",
                     "collisionCount"},
                    errors);
  }
};

std::vector<Column> DaemonSetKind::columns() const {
  return {
      name_column(),
      column("Desired",
             "integer",
             "The total number of nodes that should be running the daemon pod (including nodes "
             "correctly running the daemon pod). More info: "
             "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"),
      column("Current",
             "integer",
             "The number of nodes that are running at least 1 daemon pod and are supposed to run "
             "the daemon pod. More info: "
             "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"),
      column("Ready",
             "integer",
             "The number of nodes that should be running the daemon pod and have one or more of "
             "the daemon pod running and ready."),
      column(
          "Up-to-date", "integer", "The total number of nodes that are running updated daemon pod"),
      column("Available",
             "integer",
             "The number of nodes that should be running the daemon pod and have one or more of "
             "the daemon pod running and available (ready for at least spec.minReadySeconds)"),
      column(
          "Node Selector",
          "string",
          "NodeSelector is a selector which must be true for the pod to fit on a node. Selector "
          "which must match a node's labels for the pod to be scheduled on that node. More info: "
          "https://kubernetes.io/docs/concepts/configuration/assign-pod-node/"),
      created_column(),
      containers_column(),
      images_column(),
      column(
          "Selector",
          "string",
          "A label query over pods that are managed by the daemon set. Must match in order to be "
          "controlled. If empty, defaulted to labels on Pod template. More info: "
          "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
          "#label-selectors",
          1)};
}

}  // namespace

std::unique_ptr<Kind> daemon_set_kind() {
  return std::make_unique<DaemonSetKind>();
}

}  // namespace cfkops::sandbox
