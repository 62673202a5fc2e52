#include "controllers/cluster_objects.hpp"
#include "facts.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
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

bool selects(const LabelSelector& selector, const Shared& pod) {
  return selector.matches(*facts_of(pod).labels);
}

bool belongs(const Shared& pod) {
  const Facts& facts = facts_of(pod);
  return facts.phase != "Failed" && facts.phase != "Succeeded" && !facts.ip.empty();
}

/// Whether a change of a pod can alter an endpoint; most of its status does not.
bool matters(const Change& change) {
  if (change.type != Change::Type::Modified || change.before == nullptr) {
    return true;
  }
  const Facts& before = facts_of(change.before);
  const Facts& now = facts_of(change.object);
  return before.is_ready != now.is_ready || before.terminating != now.terminating ||
         before.uid != now.uid || before.ip != now.ip ||
         belongs(change.before) != belongs(change.object) || *before.labels != *now.labels ||
         object_at(*change.before, {"spec"}) != object_at(*change.object, {"spec"});
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
  struct Selection {
    Shared service;
    bool is_watched = false;
    LabelSelector selector;
  };

  /// What an endpoint is made of.
  struct Source {
    Shared pod;
    Shared node;  ///< that the pod is on, null where there is none

    friend bool operator==(const Source&, const Source&) = default;
  };

  /// An endpoint: the one at that place of the slice's present state, or another.
  struct Piece {
    std::optional<std::size_t> kept;
    Value fresh;
  };

  /// What a state of a slice was made of.
  struct Made {
    Shared service;
    Shared slice;
    std::vector<Source> sources;
  };

  void add_services_of(const Change& change) {
    for (const Shared& service : all_stored(registry_, "services", change.key.ns)) {
      const Selection& known = selection_of(service);
      if (known.is_watched &&
          (selects(known.selector, change.object) ||
           (change.before != nullptr && selects(known.selector, change.before)))) {
        queue_.add(key_of("services", *service));
      }
    }
  }

  /// What a service selects; kept while it stays as it is.
  const Selection& selection_of(const Shared& service) {
    const Facts& facts = facts_of(service);
    Selection& known = selections_[{std::string(facts.ns), std::string(facts.name)}];
    if (known.service != service) {
      known = {service, is_watched(*service), selector_of(*service)};
    }
    return known;
  }

  [[nodiscard]] std::vector<Shared> slices_of(const Key& service) const {
    std::vector<Shared> slices = all_stored(registry_, kBucket, service.ns);
    std::erase_if(slices, [&](const Shared& slice) {
      const Value& labels = *facts_of(slice).labels;
      const Value* of = find(labels, {kServiceName});
      return of == nullptr || *of != service.name || text_at(labels, {kManagedBy}) != kController;
    });
    return slices;
  }

  [[nodiscard]] static Value endpoint_of(const Value& service, const Source& source) {
    const Value& pod = *source.pod;
    const Facts& facts = facts_of(source.pod);
    const bool always = flag_at(service, {"spec", "publishNotReadyAddresses"});
    Value endpoint = {
        {"addresses", Value::array({facts.ip})},
        {"conditions",
         {{"ready", always || (facts.is_ready && !facts.terminating)},
          {"serving", facts.is_ready},
          {"terminating", facts.terminating}}},
        {"targetRef",
         {{"kind", "Pod"}, {"name", facts.name}, {"namespace", facts.ns}, {"uid", facts.uid}}}};
    if (!facts.node.empty()) {
      endpoint["nodeName"] = facts.node;
    }
    if (source.node != nullptr) {
      if (std::string zone = text_at(*facts_of(source.node).labels, {kZone}); !zone.empty()) {
        endpoint["zone"] = std::move(zone);
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
        drop(key);
      }
      return;
    }
    std::vector<Source> sources;
    const LabelSelector& selector = selection_of(service).selector;
    for (const Shared& pod : all_stored(registry_, "pods", key.ns)) {
      if (selects(selector, pod) && belongs(pod)) {
        const std::string_view node = facts_of(pod).node;
        sources.push_back({pod, node.empty() ? nullptr : stored(registry_, "nodes", {}, node)});
      }
    }
    write(service, std::move(sources));
  }

  void drop(const Key& service) {
    selections_.erase({service.ns, service.name});
    made_.erase({service.ns, service.name});
    for (const Shared& slice : slices_of(service)) {
      delete_stored(
          registry_, key_of(kBucket, *slice), uid_of(*slice), {}, as_controller(kManager));
    }
  }

  void write(const Shared& service, std::vector<Source> sources) {
    const Value labels = labels_of(*service);
    const Value ports = sources.empty() ? Value() : ports_for(*service, *sources.front().pod);
    const std::vector<Shared> slices = slices_of(key_of("services", *service));
    if (slices.empty()) {
      create(*service, labels, endpoints_of(*service, sources), ports);
      return;
    }
    const Shared& slice = slices.front();
    const Key key = key_of(kBucket, *slice);
    Made& made = made_[{key.ns, name_of(*service)}];
    const std::vector<Piece> pieces = pieces_of(service, slice, made, sources);
    const Value* there = find(*slice, {"ports"});
    const bool has_ports = there == nullptr ? ports.is_null() : *there == ports;
    const bool as_wanted =
        is_made_of(*slice, pieces) && has_ports && *facts_of(slice).labels == labels;
    const auto change = [&](Value& fresh) {
      put_together(fresh["endpoints"], pieces);
      fresh["ports"] = ports;
      fresh["metadata"]["labels"] = labels;
      make_at(fresh, {"metadata", "annotations", kTrigger}) = registry_.timestamp();
    };
    if (!as_wanted && !change_stored(registry_, key, change, as_controller(kManager))) {
      made = {};
      return;
    }
    made = {service, registry_.store().get(key), std::move(sources)};
  }

  static Value endpoints_of(const Value& service, const std::vector<Source>& sources) {
    Value endpoints;
    for (const Source& source : sources) {
      endpoints.push_back(endpoint_of(service, source));
    }
    return endpoints;
  }

  /// What the slice of a service is to consist of. What its present state was made of has not
  /// changed for most.
  static std::vector<Piece> pieces_of(const Shared& service,
                                      const Shared& slice,
                                      const Made& made,
                                      const std::vector<Source>& sources) {
    const bool known = made.service == service && made.slice == slice;
    auto before = made.sources.begin();
    const auto end = known ? made.sources.end() : before;
    std::vector<Piece> pieces;
    for (const Source& source : sources) {
      before = std::find_if(before, end, [&source](const Source& one) {
        return facts_of(one.pod).name >= facts_of(source.pod).name;
      });
      if (before != end && *before == source) {
        pieces.push_back({static_cast<std::size_t>(before - made.sources.begin()), {}});
      } else {
        pieces.push_back({{}, endpoint_of(*service, source)});
      }
    }
    return pieces;
  }

  static bool is_made_of(const Value& slice, const std::vector<Piece>& pieces) {
    const Value& endpoints = list_at(slice, {"endpoints"});
    std::size_t at = 0;
    return endpoints.size() == pieces.size() &&
           std::ranges::all_of(pieces, [&](const Piece& piece) {
             const std::size_t here = at++;
             return piece.kept ? *piece.kept == here : piece.fresh == endpoints[here];
           });
  }

  static void put_together(Value& endpoints, const std::vector<Piece>& pieces) {
    Value old = std::exchange(endpoints, Value());
    for (const Piece& piece : pieces) {
      endpoints.push_back(piece.kept ? std::move(old.at(*piece.kept)) : piece.fresh);
    }
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
  // By namespace and name of a service.
  std::map<std::pair<std::string, std::string>, Selection> selections_;
  std::map<std::pair<std::string, std::string>, Made> made_;
};

}  // namespace

std::unique_ptr<Controller> endpoint_slice_controller(Registry& registry) {
  return std::make_unique<EndpointSliceController>(registry);
}

}  // namespace cfkops::sandbox
