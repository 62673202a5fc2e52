#include "admission.hpp"
#include "controllers/cluster_objects.hpp"
#include "decode.hpp"
#include "selector.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kResizer = "external-resizer";
constexpr std::string_view kClaims = "persistentvolumeclaims";
constexpr std::string_view kVolumes = "persistentvolumes";
constexpr std::string_view kClasses = "storageclasses.storage.k8s.io";
constexpr std::string_view kClaimProtection = "kubernetes.io/pvc-protection";
constexpr std::string_view kVolumeProtection = "kubernetes.io/pv-protection";
constexpr std::string_view kByController = "pv.kubernetes.io/bound-by-controller";
constexpr std::string_view kCompleted = "pv.kubernetes.io/bind-completed";
constexpr std::string_view kProvisionedBy = "pv.kubernetes.io/provisioned-by";
constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
constexpr std::string_view kProvisioner = "volume.kubernetes.io/storage-provisioner";
constexpr std::string_view kBetaProvisioner = "volume.beta.kubernetes.io/storage-provisioner";
constexpr std::string_view kNoProvisioner = "kubernetes.io/no-provisioner";

void drop_finalizer(Value& object, std::string_view finalizer) {
  Value left = Value::array();
  for (const Value& one : list_at(object, {"metadata", "finalizers"})) {
    if (one != finalizer) {
      left.push_back(one);
    }
  }
  if (left.empty()) {
    erase_at(object, {"metadata", "finalizers"});
  } else {
    make_at(object, {"metadata", "finalizers"}) = std::move(left);
  }
}

bool has_finalizer(const Value& object, std::string_view finalizer) {
  return std::ranges::any_of(list_at(object, {"metadata", "finalizers"}),
                             [&](const Value& one) { return one == finalizer; });
}

bool has_modes(const Value& volume, const Value& claim) {
  const Value& offered = list_at(volume, {"spec", "accessModes"});
  return std::ranges::all_of(list_at(claim, {"spec", "accessModes"}), [&](const Value& mode) {
    return std::ranges::find(offered, mode) != offered.end();
  });
}

std::int64_t size_of(const Value& object, Path path) {
  return quantity_milli(text_at(object, path, "0"));
}

/// Nothing in the volume stands against the claim; a volume kept for another is no match.
bool suits(const Value& volume, const Value& claim) {
  const Value* reference = find(volume, {"spec", "claimRef"});
  if (reference != nullptr && (text_at(*reference, {"name"}) != name_of(claim) ||
                               text_at(*reference, {"namespace"}) != namespace_of(claim) ||
                               text_at(*reference, {"uid"}, uid_of(claim)) != uid_of(claim))) {
    return false;
  }
  const Value* selector = find(claim, {"spec", "selector"});
  const bool labelled = selector == nullptr || LabelSelector::of(selector).matches(
                                                   object_at(volume, {"metadata", "labels"}));
  return labelled && !is_deleting(volume) && has_modes(volume, claim) &&
         text_at(volume, {"spec", "storageClassName"}) ==
             text_at(claim, {"spec", "storageClassName"}) &&
         text_at(volume, {"spec", "volumeMode"}, "Filesystem") ==
             text_at(claim, {"spec", "volumeMode"}, "Filesystem") &&
         size_of(volume, {"spec", "capacity", "storage"}) >=
             size_of(claim, {"spec", "resources", "requests", "storage"});
}

bool uses_claim(const Value& pod, const std::string& claim) {
  return std::ranges::any_of(list_at(pod, {"spec", "volumes"}), [&](const Value& volume) {
    return text_at(volume, {"persistentVolumeClaim", "claimName"}) == claim ||
           (find(volume, {"ephemeral"}) != nullptr &&
            name_of(pod) + "-" + text_at(volume, {"name"}) == claim);
  });
}

/// Binds claims to volumes, makes volumes for classes with a provisioner, protects what is in use.
class VolumeController final : public Controller {
 public:
  explicit VolumeController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(5), [this](const Key& key) {
          reconcile(key);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == kClaims) {
      queue_.add(change.key);
      const std::string volume = text_at(*change.object, {"spec", "volumeName"});
      if (!volume.empty()) {
        queue_.add({std::string(kVolumes), {}, volume});
      }
    } else if (change.key.bucket == kVolumes) {
      queue_.add(change.key);
      note_claims();
    } else if (change.key.bucket == kClasses) {
      note_claims();
    } else if (change.key.bucket == "pods") {
      note_claims_of(*change.object);
    }
  }

 private:
  /// Those that wait for a volume.
  void note_claims() {
    for (const Shared& claim : all_stored(registry_, kClaims)) {
      if (text_at(*claim, {"status", "phase"}) != "Bound") {
        queue_.add(key_of(kClaims, *claim));
      }
    }
  }

  void note_claims_of(const Value& pod) {
    for (const Value& volume : list_at(pod, {"spec", "volumes"})) {
      const std::string claim = text_at(volume, {"persistentVolumeClaim", "claimName"});
      if (!claim.empty()) {
        queue_.add({std::string(kClaims), namespace_of(pod), claim});
      }
    }
  }

  void reconcile(const Key& key) {
    const Shared object = registry_.store().get(key);
    if (object == nullptr) {
      return;
    }
    if (key.bucket == kVolumes) {
      sync_volume(key, *object);
    } else if (is_deleting(*object)) {
      release_claim(key, *object);
    } else {
      sync_claim(key, *object);
    }
  }

  void release_claim(const Key& key, const Value& claim) {
    if (!has_finalizer(claim, kClaimProtection)) {
      return;
    }
    for (const Shared& pod : all_stored(registry_, "pods", key.ns)) {
      if (!text_at(*pod, {"spec", "nodeName"}).empty() && uses_claim(*pod, key.name)) {
        return;
      }
    }
    change_stored(
        registry_,
        key,
        [](Value& fresh) { drop_finalizer(fresh, kClaimProtection); },
        as_controller(kManager));
  }

  void sync_claim(const Key& key, const Value& claim) {
    const std::string wanted = text_at(claim, {"spec", "volumeName"});
    if (!wanted.empty()) {
      sync_bound_claim(key, claim, wanted);
      return;
    }
    // The default class may have come later than the claim.
    if (Value with_class = claim; give_default_class(registry_, with_class)) {
      change_stored(
          registry_,
          key,
          [&](Value& fresh) { give_default_class(registry_, fresh); },
          as_controller(kManager));
      return;
    }
    const Shared storage =
        stored(registry_, kClasses, {}, text_at(claim, {"spec", "storageClassName"}));
    if (storage != nullptr && text_at(*storage, {"volumeBindingMode"}) == "WaitForFirstConsumer" &&
        text_at(claim, {"metadata", "annotations", kSelectedNode}).empty()) {
      tell_waiting(claim);
      return;
    }
    Shared best;
    for (const Shared& volume : all_stored(registry_, kVolumes)) {
      if (suits(*volume, claim) &&
          (best == nullptr || size_of(*volume, {"spec", "capacity", "storage"}) <
                                  size_of(*best, {"spec", "capacity", "storage"}))) {
        best = volume;
      }
    }
    if (best != nullptr) {
      bind(key, claim, *best);
    } else if (storage != nullptr) {
      provision(claim, *storage);
    }
  }

  void tell_waiting(const Value& claim) {
    std::vector<std::string> pods;
    for (const Shared& pod : all_stored(registry_, "pods", namespace_of(claim))) {
      if (text_at(*pod, {"spec", "nodeName"}).empty() && uses_claim(*pod, name_of(claim))) {
        pods.push_back(name_of(*pod));
      }
    }
    record_event(registry_,
                 claim,
                 "persistentvolume-controller",
                 "Normal",
                 pods.empty() ? "WaitForFirstConsumer" : "WaitForPodScheduled",
                 pods.empty() ? "waiting for first consumer to be created before binding"
                              : fmt::format("waiting for pod{} {} to be scheduled",
                                            pods.size() > 1 ? "s" : "",
                                            fmt::join(pods, ",")));
  }

  /// A claim that names its volume: both sides must say so.
  void sync_bound_claim(const Key& key, const Value& claim, const std::string& name) {
    const Shared volume = stored(registry_, kVolumes, {}, name);
    const bool completed = !text_at(claim, {"metadata", "annotations", kCompleted}).empty();
    if (volume == nullptr || (find(*volume, {"spec", "claimRef"}) != nullptr &&
                              text_at(*volume, {"spec", "claimRef", "uid"}) != uid_of(claim) &&
                              !suits(*volume, claim))) {
      if (completed && text_at(claim, {"status", "phase"}) != "Lost") {
        change_stored(
            registry_,
            key,
            [](Value& fresh) {
              make_at(fresh, {"status", "phase"}) = "Lost";
            },
            as_controller(kManager, "status"));
      }
      return;
    }
    if (!completed || text_at(claim, {"status", "phase"}) != "Bound") {
      bind(key, claim, *volume);
    } else {
      expand(key, claim, *volume);
    }
  }

  /// A volume that was made for its claim grows when the claim asks for more.
  void expand(const Key& key, const Value& claim, const Value& volume) {
    const std::string wanted = text_at(claim, {"spec", "resources", "requests", "storage"}, "0");
    if (quantity_milli(wanted) <= size_of(claim, {"status", "capacity", "storage"}) ||
        text_at(volume, {"metadata", "annotations", kProvisionedBy}).empty()) {
      return;
    }
    change_stored(
        registry_,
        {std::string(kVolumes), {}, name_of(volume)},
        [&](Value& fresh) {
          make_at(fresh, {"spec", "capacity", "storage"}) = wanted;
        },
        as_controller(kResizer));
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          make_at(fresh, {"status", "capacity", "storage"}) = wanted;
        },
        as_controller(kResizer, "status"));
  }

  void bind(const Key& key, const Value& claim, const Value& volume) {
    const std::string name = name_of(volume);
    change_stored(
        registry_,
        {std::string(kVolumes), {}, name},
        [&](Value& fresh) {
          if (find(fresh, {"spec", "claimRef", "uid"}) == nullptr) {
            make_at(fresh, {"metadata", "annotations", kByController}) = "yes";
          }
          make_at(fresh, {"spec", "claimRef"}) = reference_to(claim);
        },
        as_controller(kManager));
    set_volume_phase(name, "Bound");
    const bool named = !text_at(claim, {"spec", "volumeName"}).empty();
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          make_at(fresh, {"metadata", "annotations", kCompleted}) = "yes";
          if (!named) {
            make_at(fresh, {"metadata", "annotations", kByController}) = "yes";
          }
          make_at(fresh, {"spec", "volumeName"}) = name;
        },
        as_controller(kManager));
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          Value& status = make_at(fresh, {"status"});
          status = {{"phase", "Bound"},
                    {"accessModes", list_at(volume, {"spec", "accessModes"})},
                    {"capacity", object_at(volume, {"spec", "capacity"})}};
        },
        as_controller(kManager, "status"));
  }

  static Value reference_to(const Value& claim) {
    return {{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"namespace", namespace_of(claim)},
            {"name", name_of(claim)},
            {"uid", uid_of(claim)},
            {"resourceVersion", text_at(claim, {"metadata", "resourceVersion"})}};
  }

  void set_volume_phase(const std::string& name, std::string_view phase) {
    const Shared volume = stored(registry_, kVolumes, {}, name);
    if (volume == nullptr || text_at(*volume, {"status", "phase"}) == phase) {
      return;
    }
    change_stored(
        registry_,
        {std::string(kVolumes), {}, name},
        [&](Value& fresh) {
          make_at(fresh, {"status", "phase"}) = std::string(phase);
          make_at(fresh, {"status", "lastPhaseTransitionTime"}) = registry_.timestamp();
        },
        as_controller(kManager, "status"));
  }

  void sync_volume(const Key& key, const Value& volume) {
    const std::string phase = text_at(volume, {"status", "phase"});
    if (is_deleting(volume)) {
      if (phase != "Bound" && has_finalizer(volume, kVolumeProtection)) {
        change_stored(
            registry_,
            key,
            [](Value& fresh) { drop_finalizer(fresh, kVolumeProtection); },
            as_controller(kManager));
      }
      return;
    }
    const std::string uid = text_at(volume, {"spec", "claimRef", "uid"});
    if (uid.empty()) {
      set_volume_phase(key.name, "Available");
      return;
    }
    const Shared claim = stored(registry_,
                                kClaims,
                                text_at(volume, {"spec", "claimRef", "namespace"}),
                                text_at(volume, {"spec", "claimRef", "name"}));
    if (claim != nullptr && uid_of(*claim) == uid) {
      if (text_at(*claim, {"spec", "volumeName"}).empty()) {
        queue_.add(key_of(kClaims, *claim));
      }
      return;
    }
    set_volume_phase(key.name, "Released");
    if (text_at(volume, {"spec", "persistentVolumeReclaimPolicy"}) == "Delete") {
      delete_stored(registry_, key, uid_of(volume), {}, as_controller(kManager));
    }
  }

  void provision(const Value& claim, const Value& storage) {
    const std::string provisioner = text_at(storage, {"provisioner"});
    const std::string name = "pvc-" + uid_of(claim);
    if (provisioner == kNoProvisioner || stored(registry_, kVolumes, {}, name) != nullptr) {
      return;
    }
    change_stored(
        registry_,
        key_of(kClaims, claim),
        [&](Value& fresh) {
          make_at(fresh, {"metadata", "annotations", kProvisioner}) = provisioner;
          make_at(fresh, {"metadata", "annotations", kBetaProvisioner}) = provisioner;
        },
        as_controller(kManager));
    Value spec = {
        {"capacity",
         {{"storage", text_at(claim, {"spec", "resources", "requests", "storage"}, "0")}}},
        {"accessModes", list_at(claim, {"spec", "accessModes"})},
        {"storageClassName", name_of(storage)},
        {"persistentVolumeReclaimPolicy", text_at(storage, {"reclaimPolicy"}, "Delete")},
        {"volumeMode", text_at(claim, {"spec", "volumeMode"}, "Filesystem")},
        {"claimRef", reference_to(claim)},
        {"csi", {{"driver", provisioner}, {"volumeHandle", name}}}};
    create_stored(
        registry_,
        kVolumes,
        {},
        {{"metadata",
          {{"name", name}, {"annotations", {{std::string(kProvisionedBy), provisioner}}}}},
         {"spec", std::move(spec)}},
        as_controller(kManager));
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> volume_controller(Registry& registry) {
  return std::make_unique<VolumeController>(registry);
}

}  // namespace cfkops::sandbox
