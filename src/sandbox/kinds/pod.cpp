#include "kinds/pod.hpp"

#include "decode.hpp"
#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/replication.hpp"
#include "kinds/tabular.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
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

/// The old pod, at the version that the fresh one was made from.
Value as_before(const Value& fresh, const Value& old) {
  Value pod = old;
  if (const Value* version = find(fresh, {"metadata", "resourceVersion"})) {
    make_at(pod, {"metadata", "resourceVersion"}) = *version;
  }
  return pod;
}

void default_requests(Value& container) {
  const Value limits = object_at(container, {"resources", "limits"});
  for (const auto& [name, amount] : limits.items()) {
    set_default(container, {"resources", "requests", name}, amount);
  }
}

void default_host_ports(Value& container) {
  Value* ports = find(container, {"ports"});
  if (ports == nullptr || !ports->is_array()) {
    return;
  }
  for (Value& port : *ports) {
    if (number_at(port, {"hostPort"}) == 0) {
      make_at(port, {"hostPort"}) = number_at(port, {"containerPort"});
    }
  }
}

/// A pod has one address or several; each way tells the other.
void default_addresses(Value& status) {
  const std::string one = text_at(status, {"podIP"});
  const Value& all = list_at(status, {"podIPs"});
  const std::string first = all.empty() ? std::string() : text_at(all.front(), {"ip"});
  if (!one.empty() && one != first) {
    make_at(status, {"podIPs"}) = Value::array({Value{{"ip", one}}});
  } else if (one.empty() && !first.empty()) {
    make_at(status, {"podIP"}) = first;
  }
}

bool amount_is_set(const Value& container, const char* part, const char* name) {
  const Value* amount = find(container, {"resources", part, name});
  return amount != nullptr &&
         quantity_milli(amount->is_string() ? amount->get<std::string>() : amount->dump()) > 0;
}

bool is_guaranteed(const Value& container) {
  return std::ranges::all_of(std::array{"cpu", "memory"}, [&](const char* name) {
    const std::string limit = text_at(container, {"resources", "limits", name});
    return amount_is_set(container, "limits", name) &&
           quantity_milli(text_at(container, {"resources", "requests", name}, limit)) ==
               quantity_milli(limit);
  });
}

bool asks_for_any(const Value& container) {
  for (const char* part : {"requests", "limits"}) {
    for (const char* name : {"cpu", "memory"}) {
      if (amount_is_set(container, part, name)) {
        return true;
      }
    }
  }
  return false;
}

Value gated_condition(const Value& pod) {
  const Value* created = find(pod, {"metadata", "creationTimestamp"});
  return {{"type", "PodScheduled"},
          {"status", "False"},
          {"reason", "SchedulingGated"},
          {"message", "Scheduling is blocked due to non-empty scheduling gates"},
          {"lastProbeTime", nullptr},
          {"lastTransitionTime", created == nullptr ? Value(nullptr) : *created}};
}

void validate_images(const Value& pod, FieldErrors& errors) {
  for (const char* member : {"containers", "initContainers", "ephemeralContainers"}) {
    const Value& containers = list_at(pod, {"spec", member});
    for (std::size_t i = 0; i < containers.size(); ++i) {
      const std::string image = text_at(containers.at(i), {"image"});
      constexpr const char* kSpace = " \t\n\v\f\r";
      if (!image.empty() &&
          (image.find_first_of(kSpace) == 0 || image.find_last_of(kSpace) == image.size() - 1)) {
        errors.invalid(below(element(below("spec", member), i), "image"),
                       Value(image),
                       "must not have leading or trailing whitespace");
      }
    }
  }
}

class PodKind final : public Kind {
 public:
  PodKind()
      : Kind(common_names({"", "v1", "pods", "Pod"}, {"po"}, {"all"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    const std::vector<std::string> stream = {"create", "get"};
    const std::vector<std::string> change = {"get", "patch", "update"};
    return {{"attach", "PodAttachOptions", {}, {}, stream},
            {"binding", "Binding", {}, {}, {"create"}},
            {"ephemeralcontainers", "Pod", {}, {}, change},
            {"eviction", "Eviction", "policy", "v1", {"create"}},
            {"exec", "PodExecOptions", {}, {}, stream},
            {"log", "Pod", {}, {}, {"get"}},
            {"portforward", "PodPortForwardOptions", {}, {}, stream},
            {"proxy", "PodProxyOptions", {}, {}, {"create", "delete", "get", "patch", "update"}},
            {"resize", "Pod", {}, {}, change},
            {"status", "Pod", {}, {}, change}};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool counts_generation() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    default_pod_spec(spec);
    for (const char* member : {"containers", "initContainers"}) {
      Value* containers = find(spec, {member});
      if (containers == nullptr || !containers->is_array()) {
        continue;
      }
      std::ranges::for_each(*containers, default_requests);
      if (flag_at(spec, {"hostNetwork"})) {
        std::ranges::for_each(*containers, default_host_ports);
      }
    }
    set_default(spec, {"enableServiceLinks"}, true);
    default_addresses(ensure_object(object, {"status"}));
    if (const Schema* shape = schema(); shape != nullptr) {
      normalize(*shape, object);
    }
  }

  void prepare_create(Value& object) const override {
    Value status = {{"phase", "Pending"}, {"qosClass", pod_quality(object)}};
    if (!list_at(object, {"spec", "schedulingGates"}).empty()) {
      status["conditions"] = Value::array({gated_condition(object)});
    }
    make_at(object, {"metadata", "generation"}) = 1;
    make_at(object, {"status"}) = std::move(status);
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    if (subresource.empty()) {
      take_over(fresh, old, "status");
    } else if (subresource == "status") {
      take_over(fresh, old, "spec");
      take_over(
          ensure_object(fresh, {"metadata"}), object_at(old, {"metadata"}), "ownerReferences");
      set_default(
          fresh, {"status", "qosClass"}, text_at(old, {"status", "qosClass"}, "BestEffort"));
    } else if (subresource == "ephemeralcontainers") {
      Value pod = as_before(fresh, old);
      take_over(ensure_object(pod, {"spec"}), object_at(fresh, {"spec"}), "ephemeralContainers");
      fresh = std::move(pod);
    } else if (subresource == "resize") {
      prepare_resize(fresh, old);
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    validate_whole(object, errors);
    if (!list_at(object, {"spec", "ephemeralContainers"}).empty()) {
      errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
    }
    if (!text_at(object, {"spec", "nodeName"}).empty() &&
        !list_at(object, {"spec", "schedulingGates"}).empty()) {
      errors.forbidden("spec.nodeName",
                       "cannot be set until all schedulingGates have been cleared");
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      validate_pod_status(fresh, old, errors);
      return;
    }
    if (subresource == "binding") {
      return;
    }
    validate_whole(fresh, errors);
    if (subresource == "ephemeralcontainers") {
      validate_debug_change(fresh, old, errors);
    } else if (subresource == "resize") {
      validate_resize_change(fresh, old, errors);
    } else {
      validate_pod_change(fresh, old, errors);
    }
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    const Value& addresses = list_at(object, {"status", "podIPs"});
    return {{"spec.nodeName", text_at(object, {"spec", "nodeName"})},
            {"spec.restartPolicy", text_at(object, {"spec", "restartPolicy"})},
            {"spec.schedulerName", text_at(object, {"spec", "schedulerName"})},
            {"spec.serviceAccountName", text_at(object, {"spec", "serviceAccountName"})},
            {"spec.hostNetwork", flag_at(object, {"spec", "hostNetwork"}) ? "true" : "false"},
            {"status.phase", text_at(object, {"status", "phase"})},
            {"status.podIP", addresses.empty() ? "" : text_at(addresses.front(), {"ip"})},
            {"status.nominatedNodeName", text_at(object, {"status", "nominatedNodeName"})}};
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.nominatedNodeName"};
  }

  [[nodiscard]] std::vector<Column> columns() const override { return pod_columns(); }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return pod_cells(object, now);
  }

  [[nodiscard]] std::int64_t grace_seconds(const Value& object,
                                           const Value* options) const override {
    const std::int64_t own = number_at(object, {"spec", "terminationGracePeriodSeconds"});
    const std::int64_t wanted =
        options == nullptr ? own : number_at(*options, {"gracePeriodSeconds"}, own);
    const std::string phase = text_at(object, {"status", "phase"});
    if (text_at(object, {"spec", "nodeName"}).empty() || phase == "Failed" ||
        phase == "Succeeded") {
      return 0;
    }
    return wanted < 0 ? 1 : wanted;
  }

 private:
  static void validate_whole(const Value& pod, FieldErrors& errors) {
    validate_pod_spec(object_at(pod, {"spec"}), object_at(pod, {"metadata"}), "spec", errors);
    validate_images(pod, errors);
  }

  static void prepare_resize(Value& fresh, const Value& old) {
    Value pod = as_before(fresh, old);
    for (const char* member : {"containers", "initContainers"}) {
      Value* containers = find(pod, {"spec", member});
      const Value& wanted = list_at(fresh, {"spec", member});
      if (wanted.size() != list_at(pod, {"spec", member}).size()) {
        return;
      }
      for (std::size_t i = 0; i < wanted.size() && containers != nullptr; ++i) {
        take_over(containers->at(i), wanted.at(i), "resources");
        take_over(containers->at(i), wanted.at(i), "resizePolicy");
      }
    }
    fresh = std::move(pod);
  }
};

}  // namespace

std::string pod_quality(const Value& pod) {
  bool any = false;
  bool all = true;
  for (const char* member : {"containers", "initContainers"}) {
    for (const Value& container : list_at(pod, {"spec", member})) {
      any = any || asks_for_any(container);
      all = all && is_guaranteed(container);
    }
  }
  if (!any) {
    return "BestEffort";
  }
  return all ? "Guaranteed" : "Burstable";
}

void add_pod_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<PodKind>());
  kinds.push_back(pod_template_kind());
  kinds.push_back(replication_controller_kind());
}

}  // namespace cfkops::sandbox
