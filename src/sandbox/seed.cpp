#include "seed.hpp"

#include "bootstrap.hpp"
#include "decode.hpp"
#include "registry_steps.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kKubelet = "sandbox.cfkops.dev/kubelet";
constexpr std::string_view kDefaultClass = "storageclass.kubernetes.io/is-default-class";
constexpr std::string_view kClass = "standard";
constexpr std::string_view kDriver = "sandbox.cfkops.dev/disk";

// For namespaces to get their accounts, and for definitions to be served.
constexpr Duration kBetween = std::chrono::milliseconds(200);

/// What others need before they can be: these come first.
constexpr std::array<std::string_view, 5> kFirst = {
    "Namespace", "CustomResourceDefinition", "PriorityClass", "StorageClass", "Node"};

/// And of the rest these, since pods are refused or wait without them.
constexpr std::array<std::string_view, 10> kEarly = {"ServiceAccount",
                                                     "Secret",
                                                     "ConfigMap",
                                                     "LimitRange",
                                                     "ResourceQuota",
                                                     "PersistentVolume",
                                                     "PersistentVolumeClaim",
                                                     "PodDisruptionBudget",
                                                     "Service",
                                                     "ControllerRevision"};

WriteOptions as_admin() {
  WriteOptions options;
  options.caller.agent = "kubectl/v1.34.4";
  options.manager = "kubectl-client-side-apply";
  return options;
}

std::string describe(const Value& object) {
  const std::string ns = namespace_of(object);
  return fmt::format("{} {} {}{}",
                     text_at(object, {"apiVersion"}),
                     text_at(object, {"kind"}),
                     ns.empty() ? "" : ns + "/",
                     name_of(object));
}

Error refused(const Value& object, const std::string& why, std::string hint = {}) {
  return make_error(ErrorCode::InvalidInput,
                    fmt::format("{} of the scenario is refused: {}", describe(object), why),
                    hint.empty() ? "correct the object in the scenario's 'objects', or remove it"
                                 : std::move(hint));
}

bool is_first(const Value& object) {
  return std::ranges::find(kFirst, text_at(object, {"kind"})) != kFirst.end();
}

std::size_t rank(const Value& object) {
  const std::string kind = text_at(object, {"kind"});
  if (const auto* first = std::ranges::find(kFirst, kind); first != kFirst.end()) {
    return static_cast<std::size_t>(first - kFirst.begin());
  }
  const auto* early = std::ranges::find(kEarly, kind);
  return kFirst.size() + static_cast<std::size_t>(early - kEarly.begin());
}

/// How many owners stand above each object, by uid; owners that are not there do not count.
class Ownership {
 public:
  explicit Ownership(const Value& objects) {
    for (const Value& object : objects) {
      if (const std::string uid = uid_of(object); !uid.empty()) {
        by_uid_.emplace(uid, &object);
      }
    }
  }

  [[nodiscard]] std::size_t depth(const Value& object, std::size_t passed = 0) const {
    constexpr std::size_t kDeepest = 16;  // owners in a circle
    std::size_t most = 0;
    for (const Value& owner : list_at(object, {"metadata", "ownerReferences"})) {
      const auto found = by_uid_.find(text_at(owner, {"uid"}));
      if (found != by_uid_.end() && passed < kDeepest) {
        most = std::max(most, 1 + depth(*found->second, passed + 1));
      }
    }
    return most;
  }

 private:
  std::map<std::string, const Value*> by_uid_;
};

/// Owners before what they own, and what others need before them.
std::vector<const Value*> in_order(const Value& objects) {
  const Ownership owners(objects);
  std::vector<const Value*> ordered;
  for (const Value& object : objects) {
    ordered.push_back(&object);
  }
  std::ranges::stable_sort(ordered, {}, [&owners](const Value* object) {
    return std::pair(owners.depth(*object), rank(*object));
  });
  return ordered;
}

using Objects = std::vector<const Value*>;

/// Those that others need, and the rest; both in the order that they had.
std::pair<Objects, Objects> parted(const Objects& objects) {
  std::pair<Objects, Objects> parts;
  for (const Value* object : objects) {
    (is_first(*object) ? parts.first : parts.second).push_back(object);
  }
  return parts;
}

/// Whether the scenario has brought the brokers' StatefulSet, and with it what goes with it.
bool brings_brokers(const Value& objects, const KafkaSpec& spec) {
  return std::ranges::any_of(objects, [&spec](const Value& object) {
    return text_at(object, {"kind"}) == "StatefulSet" && namespace_of(object) == spec.ns &&
           name_of(object) == spec.name;
  });
}

/// What all Kafka clusters of a scenario consist of.
Value all_kafka_objects(const Scenario& scenario, const Value& brought) {
  Value objects = Value::array();
  for (const KafkaSpec& given : scenario.kafka) {
    KafkaSpec spec = given;
    spec.has_operator = given.has_operator && !brings_brokers(brought, given);
    for (Value& object : confluent_objects(spec)) {
      objects.push_back(std::move(object));
    }
    for (Value& object : kafka_objects(spec)) {
      objects.push_back(std::move(object));
    }
  }
  return objects;
}

/// A node of a snapshot goes on as it was: one that was ready gets a simulated kubelet.
void give_kubelet(Value& node) {
  for (const Value& condition : list_at(node, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == "Ready" && text_at(condition, {"status"}) == "True") {
      make_at(node, {"metadata", "annotations", kKubelet}) = "true";
    }
  }
}

class Seeder {
 public:
  explicit Seeder(Registry& registry)
      : registry_(registry) {}

  /// One of the scenario's own objects.
  Status add(const Value& given) {
    const Kind* kind = find_kind(given);
    if (kind == nullptr) {
      return refused(
          given,
          "no such kind is served",
          "correct apiVersion and kind, or add its CustomResourceDefinition to 'objects'");
    }
    Value object = given;
    StrictErrors unknown;
    if (auto decoded = decode_object(*kind, object, unknown); !decoded) {
      return refused(given, decoded.error().message);
    }
    if (!uid_of(given).empty()) {
      return put(*kind, std::move(object));
    }
    if (!unknown.empty()) {
      return refused(given, fmt::format("{}", fmt::join(unknown, ", ")));
    }
    return create(*kind, std::move(object));
  }

  /// One of those that a Kafka consists of, unless the scenario has brought it.
  Status add_missing(const Value& object) {
    const Kind* kind = find_kind(object);
    if (kind == nullptr || exists(*kind, object)) {
      return {};
    }
    return create(*kind, object);
  }

  Status add_all(const Objects& objects) {
    for (const Value* object : objects) {
      CFKOPS_TRY(add(*object));
    }
    return {};
  }

  Status add_all_missing(const Objects& objects) {
    for (const Value* object : objects) {
      CFKOPS_TRY(add_missing(*object));
    }
    return {};
  }

 private:
  [[nodiscard]] const Kind* find_kind(const Value& object) const {
    return registry_.kinds().find_kind(text_at(object, {"apiVersion"}), text_at(object, {"kind"}));
  }

  [[nodiscard]] bool exists(const Kind& kind, const Value& object) const {
    return registry_.store().get(place_of(kind, namespace_of(object), name_of(object))) != nullptr;
  }

  Status create(const Kind& kind, Value object) {
    erase_at(object, {"metadata", "resourceVersion"});
    const Value before = object;
    const std::string ns = namespace_of(object);
    if (kind.resource().namespaced && ns.empty()) {
      return refused(before, "it lies in a namespace, and names none", "add 'metadata.namespace'");
    }
    const auto created = registry_.create(kind, ns, std::move(object), as_admin());
    return created ? Status() : Status(refused(before, created.error().message));
  }

  /// As it is, with its status and times.
  Status put(const Kind& kind, Value object) {
    const std::string ns = kind.resource().namespaced ? namespace_of(object) : std::string();
    if (kind.resource().namespaced && registry_.store().get({"namespaces", {}, ns}) == nullptr) {
      return refused(object,
                     fmt::format("there is no namespace '{}'", ns),
                     "add the Namespace to the scenario's 'objects'");
    }
    if (kind.resource().kind == "Node") {
      give_kubelet(object);
    }
    const Key place = place_of(kind, ns, name_of(object));
    registry_.store().put(place, kind.to_storage(std::move(object)));
    return {};
  }

  Registry& registry_;
};

bool has_default_class(const Value& objects) {
  return std::ranges::any_of(objects, [](const Value& object) {
    return text_at(object, {"kind"}) == "StorageClass" &&
           text_at(object, {"metadata", "annotations", kDefaultClass}) == "true";
  });
}

/// Disks that are made as pods ask for them.
Value storage_class(bool is_default) {
  Value made = {{"apiVersion", "storage.k8s.io/v1"},
                {"kind", "StorageClass"},
                {"metadata", {{"name", std::string(kClass)}}},
                {"provisioner", std::string(kDriver)},
                {"reclaimPolicy", "Delete"},
                {"allowVolumeExpansion", true},
                {"volumeBindingMode", "WaitForFirstConsumer"}};
  if (is_default) {
    make_at(made, {"metadata", "annotations", kDefaultClass}) = "true";
  }
  return made;
}

Status add_nodes_of(Registry& registry, const Scenario& scenario) {
  const Value nodes = scenario_nodes(scenario.nodes, registry.timestamp());
  if (const auto added = add_nodes(registry, nodes); !added) {
    return make_error(ErrorCode::InvalidInput,
                      "a node of the scenario is refused: " + added.error().message,
                      "correct 'nodes' in the scenario");
  }
  return {};
}

}  // namespace

Status seed(Registry& registry, const Scenario& scenario) {
  const Value none = Value::array();
  const Value& objects = scenario.objects == nullptr ? none : *scenario.objects;
  const auto [first, rest] = parted(in_order(objects));
  const Value of_kafka = all_kafka_objects(scenario, objects);
  const auto [first_of_kafka, rest_of_kafka] = parted(in_order(of_kafka));
  Seeder seeder(registry);
  CFKOPS_TRY(add_nodes_of(registry, scenario));
  CFKOPS_TRY(seeder.add_all(first));
  CFKOPS_TRY(seeder.add_missing(storage_class(!has_default_class(objects))));
  CFKOPS_TRY(seeder.add_all_missing(first_of_kafka));
  registry.timeline().advance_to(registry.timeline().now() + kBetween);
  registry.timeline().shift_wall(-kBetween);
  CFKOPS_TRY(seeder.add_all(rest));
  return seeder.add_all_missing(rest_of_kafka);
}

}  // namespace cfkops::sandbox
