#include "controllers/cluster_objects.hpp"
#include "controllers/scheduler_fit.hpp"
#include "decode.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kClaims = "persistentvolumeclaims";
constexpr std::string_view kVolumes = "persistentvolumes";
constexpr std::string_view kClasses = "storageclasses.storage.k8s.io";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";

Shared class_of(const Registry& registry, const Value& claim) {
  return stored(registry, kClasses, {}, text_at(claim, {"spec", "storageClassName"}));
}

bool waits_for_consumer(const Registry& registry, const Value& claim) {
  const Shared storage = class_of(registry, claim);
  return storage != nullptr && text_at(*storage, {"volumeBindingMode"}) == "WaitForFirstConsumer";
}

bool is_bound(const Value& claim) {
  return !text_at(claim, {"spec", "volumeName"}).empty() &&
         !text_at(claim, {"metadata", "annotations", "pv.kubernetes.io/bind-completed"}).empty();
}

bool reaches(const Value& volume, const Value& node) {
  const Value* required = find(volume, {"spec", "nodeAffinity", "required"});
  return required == nullptr || matches_terms(*required, node);
}

/// A volume is there, or can be made, for a claim that waits for its pod.
bool can_bind(const Registry& registry, const Value& claim, const Value& node) {
  const std::string chosen = text_at(claim, {"metadata", "annotations", kSelectedNode});
  if (!chosen.empty() && chosen != name_of(node)) {
    return false;
  }
  const Shared storage = class_of(registry, claim);
  if (storage != nullptr && text_at(*storage, {"provisioner"}) != "kubernetes.io/no-provisioner") {
    return true;
  }
  const std::int64_t wanted =
      quantity_milli(text_at(claim, {"spec", "resources", "requests", "storage"}, "0"));
  return std::ranges::any_of(all_stored(registry, kVolumes), [&](const Shared& volume) {
    return find(*volume, {"spec", "claimRef"}) == nullptr && reaches(*volume, node) &&
           text_at(*volume, {"spec", "storageClassName"}) ==
               text_at(claim, {"spec", "storageClassName"}) &&
           quantity_milli(text_at(*volume, {"spec", "capacity", "storage"}, "0")) >= wanted;
  });
}

}  // namespace

std::vector<std::string> claims_of(const Value& pod) {
  std::vector<std::string> claims;
  for (const Value& volume : list_at(pod, {"spec", "volumes"})) {
    if (const std::string name = text_at(volume, {"persistentVolumeClaim", "claimName"});
        !name.empty()) {
      claims.push_back(name);
    } else if (find(volume, {"ephemeral"}) != nullptr) {
      claims.push_back(name_of(pod) + "-" + text_at(volume, {"name"}));
    }
  }
  return claims;
}

std::string volume_problem(const Registry& registry, const Value& pod) {
  bool unbound = false;
  for (const std::string& name : claims_of(pod)) {
    const Shared claim = stored(registry, kClaims, namespace_of(pod), name);
    if (claim == nullptr) {
      return "persistentvolumeclaim \"" + name + "\" not found";
    }
    if (text_at(*claim, {"status", "phase"}) == "Lost") {
      return "persistentvolumeclaim \"" + name + "\" bound to non-existent persistentvolume \"" +
             text_at(*claim, {"spec", "volumeName"}) + "\"";
    }
    if (is_deleting(*claim)) {
      return "persistentvolumeclaim \"" + name + "\" is being deleted";
    }
    unbound = unbound || (!is_bound(*claim) && !waits_for_consumer(registry, *claim));
  }
  return unbound ? "pod has unbound immediate PersistentVolumeClaims" : "";
}

std::vector<Misfit> volume_misfits(const Registry& registry, const Value& pod, const Value& node) {
  for (const std::string& name : claims_of(pod)) {
    const Shared claim = stored(registry, kClaims, namespace_of(pod), name);
    if (claim == nullptr) {
      continue;
    }
    if (!is_bound(*claim)) {
      if (!can_bind(registry, *claim, node)) {
        return {{"node(s) didn't find available persistent volumes to bind", false}};
      }
      continue;
    }
    const Shared volume = stored(registry, kVolumes, {}, text_at(*claim, {"spec", "volumeName"}));
    if (volume == nullptr) {
      return {{"node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)", false}};
    }
    if (!reaches(*volume, node)) {
      return {{"node(s) didn't match PersistentVolume's node affinity", false}};
    }
  }
  return {};
}

}  // namespace cfkops::sandbox
