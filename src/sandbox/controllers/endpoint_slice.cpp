#include "controllers/cluster_objects.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kBucket = "endpointslices.discovery.k8s.io";
constexpr std::string_view kServiceName = "kubernetes.io/service-name";
constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kController = "endpointslice-controller.k8s.io";
constexpr std::string_view kHeadless = "service.kubernetes.io/headless";
constexpr std::string_view kZone = "topology.kubernetes.io/zone";

bool is_headless(const Value& service) {
  return text_at(service, {"spec", "clusterIP"}) == "None";
}

bool is_watched(const Value& service) {
  return text_at(service, {"spec", "type"}) != "ExternalName" &&
         !object_at(service, {"spec", "selector"}).empty();
}

LabelSelector selector_of(const Value& service) {
  return LabelSelector::of_map(object_at(service, {"spec", "selector"}));
}

bool selects(const LabelSelector& selector, const Value& pod) {
  return selector.matches(object_at(pod, {"metadata", "labels"}));
}

bool is_serving(const Value& pod) {
  const Value* ready = condition_of(pod, "Ready");
  return ready != nullptr && text_at(*ready, {"status"}) == "True";
}

bool belongs(const Value& pod) {
  const std::string phase = text_at(pod, {"status", "phase"});
  return !text_at(pod, {"status", "podIP"}).empty() && phase != "Failed" && phase != "Succeeded";
}

/// Whether a change of a pod can alter an endpoint; most of its status does not.
bool matters(const Change& change) {
  if (change.type != Change::Type::Modified || change.before == nullptr) {
    return true;
  }
  const Value& before = *change.before;
  const Value& now = *change.object;
  return text_at(before, {"status", "podIP"}) != text_at(now, {"status", "podIP"}) ||
         belongs(before) != belongs(now) || is_serving(before) != is_serving(now) ||
         is_deleting(before) != is_deleting(now) || uid_of(before) != uid_of(now) ||
         object_at(before, {"metadata", "labels"}) != object_at(now, {"metadata", "labels"}) ||
         object_at(before, {"spec"}) != object_at(now, {"spec"});
}

Value labels_of(const Value& service) {
  Value labels = object_at(service, {"metadata", "labels"});
  labels.erase(std::string(kHeadless));
  labels[std::string(kServiceName)] = name_of(service);
  labels[std::string(kManagedBy)] = std::string(kController);
  if (is_headless(service)) {
    labels[std::string(kHeadless)] = "";
  }
  return labels;
}

/// The number of a port of a container that has this name; 0 where none has.
std::int64_t named_port(const Value& pod, std::string_view name, std::string_view protocol) {
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    for (const Value& port : list_at(container, {"ports"})) {
      if (text_at(port, {"name"}) == name && text_at(port, {"protocol"}, "TCP") == protocol) {
        return number_at(port, {"containerPort"});
      }
    }
  }
  return 0;
}

Value ports_for(const Value& service, const Value& pod) {
  Value ports = Value::array();
  for (const Value& wanted : list_at(service, {"spec", "ports"})) {
    const std::string protocol = text_at(wanted, {"protocol"}, "TCP");
    const Value* target = find(wanted, {"targetPort"});
    std::int64_t number = number_at(wanted, {"port"});
    if (target != nullptr && target->is_string()) {
      number = named_port(pod, target->get<std::string>(), protocol);
    } else if (target != nullptr && number_at(wanted, {"targetPort"}) != 0) {
      number = number_at(wanted, {"targetPort"});
    }
    if (number == 0) {
      continue;
    }
    Value port = {{"name", text_at(wanted, {"name"})}, {"port", number}, {"protocol", protocol}};
    if (const std::string app = text_at(wanted, {"appProtocol"}); !app.empty()) {
      port["appProtocol"] = app;
    }
    ports.push_back(std::move(port));
  }
  return ports;
}

/// Keeps one slice for each service that selects pods. All endpoints share the ports of the first
/// pod: pods of one service that name their ports differently are not told apart.
class EndpointSliceController final : public Controller {
 public:
  explicit EndpointSliceController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(5), [this](const Key& key) {
          reconcile(key);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "services") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      if (matters(change)) {
        add_services_of(change);
      }
    } else if (change.key.bucket == kBucket && change.type != Change::Type::Added) {
      const std::string service = text_at(*change.object, {"metadata", "labels", kServiceName});
      if (!service.empty()) {
        queue_.add({"services", change.key.ns, service});
      }
    } else if (change.key.bucket == "nodes" && change.type == Change::Type::Added) {
      for (const Shared& service : all_stored(registry_, "services")) {
        queue_.add(key_of("services", *service));
      }
    }
  }

 private:
  void add_services_of(const Change& change) {
    for (const Shared& service : all_stored(registry_, "services", change.key.ns)) {
      if (!is_watched(*service)) {
        continue;
      }
      const LabelSelector selector = selector_of(*service);
      if (selects(selector, *change.object) ||
          (change.before != nullptr && selects(selector, *change.before))) {
        queue_.add(key_of("services", *service));
      }
    }
  }

  [[nodiscard]] std::vector<Shared> slices_of(const Key& service) const {
    std::vector<Shared> slices = all_stored(registry_, kBucket, service.ns);
    std::erase_if(slices, [&](const Shared& slice) {
      return text_at(*slice, {"metadata", "labels", kServiceName}) != service.name ||
             text_at(*slice, {"metadata", "labels", kManagedBy}) != kController;
    });
    return slices;
  }

  [[nodiscard]] Value endpoint_of(const Value& service, const Value& pod) const {
    const bool serving = is_serving(pod);
    const bool terminating = is_deleting(pod);
    const bool always = flag_at(service, {"spec", "publishNotReadyAddresses"});
    Value endpoint = {{"addresses", Value::array({text_at(pod, {"status", "podIP"})})},
                      {"conditions",
                       {{"ready", always || (serving && !terminating)},
                        {"serving", serving},
                        {"terminating", terminating}}},
                      {"targetRef",
                       {{"kind", "Pod"},
                        {"name", name_of(pod)},
                        {"namespace", namespace_of(pod)},
                        {"uid", uid_of(pod)}}}};
    const std::string node = text_at(pod, {"spec", "nodeName"});
    if (!node.empty()) {
      endpoint["nodeName"] = node;
      const Shared object = stored(registry_, "nodes", {}, node);
      const std::string zone =
          object == nullptr ? "" : text_at(*object, {"metadata", "labels", kZone});
      if (!zone.empty()) {
        endpoint["zone"] = zone;
      }
    }
    const std::string host = text_at(pod, {"spec", "hostname"});
    if (!host.empty() && text_at(pod, {"spec", "subdomain"}) == name_of(service)) {
      endpoint["hostname"] = host;
    }
    return endpoint;
  }

  void reconcile(const Key& key) {
    const Shared service = registry_.store().get(key);
    if (service == nullptr || !is_watched(*service) || is_deleting(*service)) {
      if (service == nullptr) {
        for (const Shared& slice : slices_of(key)) {
          delete_stored(
              registry_, key_of(kBucket, *slice), uid_of(*slice), {}, as_controller(kManager));
        }
      }
      return;
    }
    Value endpoints = Value::array();
    Value ports;
    const LabelSelector selector = selector_of(*service);
    for (const Shared& pod : all_stored(registry_, "pods", key.ns)) {
      if (selects(selector, *pod) && belongs(*pod)) {
        if (ports.is_null()) {
          ports = ports_for(*service, *pod);
        }
        endpoints.push_back(endpoint_of(*service, *pod));
      }
    }
    write(*service, endpoints.empty() ? Value() : std::move(endpoints), ports);
  }

  void write(const Value& service, const Value& endpoints, const Value& ports) {
    const std::vector<Shared> slices = slices_of(key_of("services", service));
    const Value labels = labels_of(service);
    if (slices.empty()) {
      create(service, labels, endpoints, ports);
      return;
    }
    const Value& slice = *slices.front();
    const auto has = [&slice](std::string_view name, const Value& wanted) {
      const Value* found = find(slice, {name});
      return found == nullptr ? wanted.is_null() : *found == wanted;
    };
    if (has("endpoints", endpoints) && has("ports", ports) &&
        object_at(slice, {"metadata", "labels"}) == labels) {
      return;
    }
    change_stored(
        registry_,
        key_of(kBucket, slice),
        [&](Value& fresh) {
          fresh["endpoints"] = endpoints;
          fresh["ports"] = ports;
          fresh["metadata"]["labels"] = labels;
          make_at(fresh, {"metadata", "annotations", kTrigger}) = registry_.timestamp();
        },
        as_controller(kManager));
  }

  void create(const Value& service,
              const Value& labels,
              const Value& endpoints,
              const Value& ports) {
    create_stored(registry_,
                  kBucket,
                  namespace_of(service),
                  {{"metadata",
                    {{"generateName", name_of(service) + "-"},
                     {"namespace", namespace_of(service)},
                     {"labels", labels},
                     {"annotations", {{std::string(kTrigger), registry_.timestamp()}}},
                     {"ownerReferences",
                      Value::array({{{"apiVersion", "v1"},
                                     {"kind", "Service"},
                                     {"name", name_of(service)},
                                     {"uid", uid_of(service)},
                                     {"controller", true},
                                     {"blockOwnerDeletion", true}}})}}},
                   {"addressType", "IPv4"},
                   {"endpoints", endpoints},
                   {"ports", ports}},
                  as_controller(kManager));
  }

  static constexpr std::string_view kTrigger = "endpoints.kubernetes.io/last-change-trigger-time";

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> endpoint_slice_controller(Registry& registry) {
  return std::make_unique<EndpointSliceController>(registry);
}

}  // namespace cfkops::sandbox
