#include "admission.hpp"

#include "admission_plugins.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kClaimProtection = "kubernetes.io/pvc-protection";
constexpr std::string_view kVolumeProtection = "kubernetes.io/pv-protection";

void append(Value& in, Path path, Value value) {
  Value& list = make_at(in, path);
  if (!list.is_array()) {
    list = Value::array();
  }
  list.push_back(std::move(value));
}

// What a runtime class says of a pod is not known here, only that it has to be there.
Answer<void> admit_runtime_class(const Registry& registry,
                                 const Admitted& about,
                                 const Value& pod) {
  const std::string name = text_at(pod, {"spec", "runtimeClassName"});
  if (name.empty() || registry.store().get({"runtimeclasses.node.k8s.io", {}, name}) != nullptr) {
    return {};
  }
  return refuse(
      not_admitted(about, pod, "pod rejected: RuntimeClass " + go_quoted(name) + " not found"));
}

Answer<void> admit_pod(Registry& registry, const Admitted& about, Value& pod) {
  if (about.old == nullptr) {
    apply_limit_defaults(registry, about, pod);
    if (auto admitted = admit_service_account(registry, about, pod); !admitted) {
      return admitted;
    }
    if (auto admitted = admit_runtime_class(registry, about, pod); !admitted) {
      return admitted;
    }
  }
  if (auto admitted = admit_priority(registry, about, pod); !admitted) {
    return admitted;
  }
  tolerate_short_absence(pod);
  return {};
}

// A new node counts as not ready until somebody sees that it is.
void taint_new_node(Value& node) {
  const Value& taints = list_at(node, {"spec", "taints"});
  const bool tainted = std::ranges::any_of(taints, [](const Value& taint) {
    return text_at(taint, {"key"}) == kNotReady && text_at(taint, {"effect"}) == "NoSchedule";
  });
  if (!tainted) {
    append(node, {"spec", "taints"}, {{"key", std::string(kNotReady)}, {"effect", "NoSchedule"}});
  }
}

void protect(Value& object, std::string_view finalizer) {
  const Value& finalizers = list_at(object, {"metadata", "finalizers"});
  if (std::ranges::find(finalizers, Value(std::string(finalizer))) == finalizers.end()) {
    append(object, {"metadata", "finalizers"}, std::string(finalizer));
  }
}

bool is_default_class(const Value& storage_class) {
  const Value& annotations = object_at(storage_class, {"metadata", "annotations"});
  return text_at(annotations, {"storageclass.kubernetes.io/is-default-class"}) == "true" ||
         text_at(annotations, {"storageclass.beta.kubernetes.io/is-default-class"}) == "true";
}

// The newest of the default classes, by name where they are equally old.
std::string default_class(const Registry& registry) {
  std::string name;
  std::string time;
  for (const Shared& one : registry.store().list("storageclasses.storage.k8s.io")) {
    const std::string created = text_at(*one, {"metadata", "creationTimestamp"});
    if (is_default_class(*one) && (name.empty() || created > time)) {
      name = name_of(*one);
      time = created;
    }
  }
  return name;
}

bool is_default_priority(const Value& priority_class) {
  return flag_at(priority_class, {"globalDefault"});
}

Answer<void> admit_priority_class(const Registry& registry,
                                  const Admitted& about,
                                  const Value& object) {
  if (!is_default_priority(object)) {
    return {};
  }
  for (const Shared& one : registry.store().list("priorityclasses.scheduling.k8s.io")) {
    if (is_default_priority(*one) && (about.old == nullptr || name_of(*one) != name_of(object))) {
      return refuse(not_admitted(about,
                                 object,
                                 "PriorityClass " + name_of(*one) +
                                     " is already marked as default. Only one default can exist"));
    }
  }
  return {};
}

}  // namespace

bool give_default_class(const Registry& registry, Value& claim) {
  constexpr std::string_view kOldAnnotation = "volume.beta.kubernetes.io/storage-class";
  if (find(claim, {"metadata", "annotations", kOldAnnotation}) != nullptr ||
      find(claim, {"spec", "storageClassName"}) != nullptr) {
    return false;
  }
  std::string name = default_class(registry);
  if (name.empty()) {
    return false;
  }
  make_at(claim, {"spec", "storageClassName"}) = std::move(name);
  return true;
}

bool is_about(const Admitted& about, std::string_view plural) {
  return about.subresource.empty() && about.kind.bucket() == plural;
}

Refusal not_admitted(const Admitted& about, const Value& object, std::string_view why) {
  std::string name(about.name);
  if (name.empty()) {
    name = name_of(object);
  }
  if (name.empty()) {
    name = text_at(object, {"metadata", "generateName"}, "Unknown");
  }
  const kube::Resource& resource = about.kind.resource();
  return forbidden(resource.group, resource.plural, name, why);
}

Answer<void> admit(Registry& registry, const Admitted& about, Value& object) {
  if (auto admitted = admit_namespace(registry, about, object); !admitted) {
    return admitted;
  }
  if (is_about(about, "pods")) {
    return admit_pod(registry, about, object);
  }
  if (about.old != nullptr) {
    return {};
  }
  if (is_about(about, "nodes")) {
    taint_new_node(object);
  } else if (is_about(about, "persistentvolumeclaims")) {
    give_default_class(registry, object);
    protect(object, kClaimProtection);
  } else if (is_about(about, "persistentvolumes")) {
    protect(object, kVolumeProtection);
  }
  return {};
}

Answer<void> admit_finished(Registry& registry,
                            const Admitted& about,
                            const Value& object,
                            bool dry_run) {
  if (auto admitted = admit_limits(registry, about, object); !admitted) {
    return admitted;
  }
  if (is_about(about, "priorityclasses.scheduling.k8s.io")) {
    return admit_priority_class(registry, about, object);
  }
  if (auto admitted = admit_resize(registry, about, object); !admitted) {
    return admitted;
  }
  return admit_quota(registry, about, object, dry_run);
}

Answer<void> admit_delete(Registry& /*registry*/, const Admitted& about) {
  constexpr std::array<std::string_view, 3> kImmortal = {"default", "kube-system", "kube-public"};
  if (is_about(about, "namespaces") &&
      std::ranges::find(kImmortal, about.name) != kImmortal.end()) {
    return refuse(forbidden({}, "namespaces", about.name, "this namespace may not be deleted"));
  }
  return {};
}

}  // namespace cfkops::sandbox
