#include "controllers/cfk_resource.hpp"

#include "controllers/pods.hpp"
#include "seed.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kInitContainer = "config-init-container";
constexpr std::string_view kHashAnnotation = "platform.confluent.io/config-revision-hash";
constexpr std::int64_t kMostReplicas = 200;

/// Members of podTemplate, and what a PodSpec calls them.
constexpr std::array<std::pair<const char*, const char*>, 7> kPodMembers = {
    {{"affinity", "affinity"},
     {"priorityClassName", "priorityClassName"},
     {"podSecurityContext", "securityContext"},
     {"serviceAccountName", "serviceAccountName"},
     {"terminationGracePeriodSeconds", "terminationGracePeriodSeconds"},
     {"tolerations", "tolerations"},
     {"topologySpreadConstraints", "topologySpreadConstraints"}}};

/// The same of a container.
constexpr std::array<std::pair<const char*, const char*>, 2> kContainerMembers = {
    {{"resources", "resources"}, {"securityContext", "securityContext"}}};

std::string hash_of(const Value& value) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char letter : value.dump()) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return fmt::format("{:016x}", hash);
}

const Value& value_at(const Value& in, Path path) {
  static const Value kNone;
  const Value* found = find(in, path);
  return found == nullptr ? kNone : *found;
}

/// Sets or removes what a spec says now, if it said otherwise before.
void put(const Value& before, const Value& now, Value& target, const char* name) {
  if (before == now) {
    return;
  }
  if (now.is_null()) {
    erase_at(target, {name});
  } else {
    make_at(target, {name}) = now;
  }
}

void put_members(const Value& before, const Value& now, Value& target, const char* name) {
  if (before == now) {
    return;
  }
  Value& members = make_at(target, {name});
  for (const auto& [key, value] : before.items()) {
    erase_at(members, {key});
  }
  for (const auto& [key, value] : now.items()) {
    make_at(members, {key}) = value;
  }
}

void put_variables(const Value& before, const Value& now, Value& container) {
  if (before == now) {
    return;
  }
  const auto has = [](const Value& list, const Value& variable) {
    return std::ranges::any_of(list, [&variable](const Value& one) {
      return text_at(one, {"name"}) == text_at(variable, {"name"});
    });
  };
  Value kept = Value::array();
  for (const Value& variable : list_at(container, {"env"})) {
    if (!has(before, variable) && !has(now, variable)) {
      kept.push_back(variable);
    }
  }
  for (const Value& variable : now) {
    kept.push_back(variable);
  }
  make_at(container, {"env"}) = std::move(kept);
}

void put_container(const Value& before, const Value& now, Value& container) {
  const auto image = [](const Value& spec, const char* name) -> const Value& {
    return value_at(spec, {"image", name});
  };
  put(image(before, "application"), image(now, "application"), container, "image");
  put(image(before, "pullPolicy"), image(now, "pullPolicy"), container, "imagePullPolicy");
  for (const auto& [ours, theirs] : kContainerMembers) {
    put(value_at(before, {"podTemplate", ours}),
        value_at(now, {"podTemplate", ours}),
        container,
        theirs);
  }
  put_variables(list_at(before, {"podTemplate", "envVars"}),
                list_at(now, {"podTemplate", "envVars"}),
                container);
}

/// Brokers of another size get other defaults, but what is known of these rolls no pod.
KafkaSpec kafka_spec(const CfkResource& resource) {
  KafkaSpec spec;
  spec.ns = resource.ns();
  const int size = static_cast<int>(resource.replicas());
  if (resource.is_controllers()) {
    spec.controllers_name = resource.name();
    spec.controllers = size;
  } else {
    spec.name = resource.name();
    spec.brokers = size;
  }
  return spec;
}

void fit_claim(const Value& spec, Value& claim) {
  make_at(claim, {"spec", "resources", "requests", "storage"}) =
      text_at(spec, {"dataVolumeCapacity"});
  const std::string storage_class = text_at(spec, {"storageClass", "name"});
  if (storage_class.empty()) {
    erase_at(claim, {"spec", "storageClassName"});
  } else {
    make_at(claim, {"spec", "storageClassName"}) = storage_class;
  }
}

std::string properties(const Value& spec) {
  std::string text;
  for (const Value& line : list_at(spec, {"configOverrides", "server"})) {
    if (line.is_string()) {
      text += line.get<std::string>() + "\n";
    }
  }
  return text;
}

}  // namespace

std::string CfkResource::finalizer() const {
  return fmt::format("{}.finalizers.{}", type(), kConfluentGroup);
}

std::string CfkResource::controllers_name() const {
  return text_at(object_, {"spec", "dependencies", "kRaftController", "clusterRef", "name"});
}

std::string CfkResource::annotation(std::string_view name) const {
  return text_at(object_, {"metadata", "annotations", fmt::format("{}/{}", kConfluentGroup, name)});
}

std::string CfkResource::problem() const {
  if (replicas() < 1 || replicas() > kMostReplicas) {
    return fmt::format("spec.replicas must be a number from 1 to {}", kMostReplicas);
  }
  if (text_at(object_, {"spec", "image", "application"}).empty()) {
    return "spec.image.application must name an image";
  }
  if (text_at(object_, {"spec", "dataVolumeCapacity"}).empty()) {
    return "spec.dataVolumeCapacity must be a quantity";
  }
  return {};
}

std::vector<Value> CfkResource::wanted() const {
  std::vector<Value> made = kafka_part_objects(kafka_spec(*this), is_controllers());
  std::vector<Value> wanted;
  for (Value& object : made) {
    const std::string kind = text_at(object, {"kind"});
    if (kind == "PersistentVolumeClaim") {
      fit_claim(spec(), object);
      wanted.push_back(std::move(object));
      continue;
    }
    if (kind == "PodDisruptionBudget") {
      if (!flag_at(spec(), {"pdb", "enabled"}, true)) {
        continue;
      }
      if (const Value* most = find(spec(), {"pdb", "maxUnavailable"})) {
        make_at(object, {"spec", "maxUnavailable"}) = *most;
      }
    }
    if (kind == "ConfigMap" && name_of(object) == name() + "-shared-config") {
      make_at(object, {"data", fmt::format("{}.properties", type())}) = properties(spec());
    }
    if (kind == "StatefulSet") {
      put_changes(Value::object(), make_at(object, {"spec"}));
    }
    make_at(object, {"metadata", "ownerReferences"}) = Value::array({controller_ref(object_)});
    wanted.push_back(std::move(object));
  }
  return wanted;
}

void CfkResource::put_changes(const Value& before, Value& set_spec) const {
  const Value& now = spec();
  Value& metadata = make_at(set_spec, {"template", "metadata"});
  Value& pod = make_at(set_spec, {"template", "spec"});
  for (const char* name : {"annotations", "labels"}) {
    put_members(object_at(before, {"podTemplate", name}),
                object_at(now, {"podTemplate", name}),
                metadata,
                name);
  }
  const Value& overrides = value_at(now, {"configOverrides"});
  if (value_at(before, {"configOverrides"}) != overrides) {
    make_at(metadata, {"annotations", kHashAnnotation}) = hash_of(overrides);
  }
  for (const auto& [ours, theirs] : kPodMembers) {
    put(value_at(before, {"podTemplate", ours}), value_at(now, {"podTemplate", ours}), pod, theirs);
  }
  if (Value* containers = find(pod, {"containers"})) {
    for (Value& container : *containers) {
      if (text_at(container, {"name"}) == type()) {
        put_container(before, now, container);
      }
    }
  }
  if (Value* containers = find(pod, {"initContainers"})) {
    for (Value& container : *containers) {
      if (text_at(container, {"name"}) == kInitContainer) {
        put(value_at(before, {"image", "init"}),
            value_at(now, {"image", "init"}),
            container,
            "image");
      }
    }
  }
}

}  // namespace cfkops::sandbox
