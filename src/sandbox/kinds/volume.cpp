#include "decode.hpp"
#include "kinds/access_modes.hpp"
#include "kinds/affinity_rules.hpp"
#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/storage.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr const char* kClassNote = "volume.beta.kubernetes.io/storage-class";
constexpr const char* kCapacityWords =
    "capacity is the description of the persistent volume's resources and capacity. More info: "
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity";
constexpr const char* kModesWords =
    "accessModes contains all ways the volume can be mounted. More info: "
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes";
constexpr const char* kReclaimWords =
    "persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from "
    "its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete "
    "(default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle "
    "must be supported by the volume plugin underlying this PersistentVolume. More info: "
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming";
constexpr const char* kPhaseWords =
    "phase indicates if a volume is available, bound to a claim, or released by a claim. More "
    "info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase";
constexpr const char* kClaimWords =
    "claimRef is part of a bi-directional binding between PersistentVolume and "
    "PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the "
    "authoritative bind between PV and PVC. More info: "
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding";
constexpr const char* kReasonWords =
    "reason is a brief CamelCase string that describes any failure and is meant for machine "
    "parsing and tidy display in the CLI.";
constexpr const char* kVolumeModeWords =
    "volumeMode defines if a volume is intended to be used with a formatted filesystem or to "
    "remain in raw block state. Value of Filesystem is implied when not included in spec.";

/// Members of a volume's spec that are not its source.
constexpr std::array<std::string_view, 9> kNoSource = {"accessModes",
                                                       "capacity",
                                                       "claimRef",
                                                       "mountOptions",
                                                       "nodeAffinity",
                                                       "persistentVolumeReclaimPolicy",
                                                       "storageClassName",
                                                       "volumeAttributesClassName",
                                                       "volumeMode"};

std::vector<std::string> sources_of(const Value& spec) {
  std::vector<std::string> names;
  for (const auto& [name, value] : spec.items()) {
    if (!value.is_null() && std::ranges::find(kNoSource, name) == kNoSource.end()) {
      names.push_back(name);
    }
  }
  return names;
}

std::string amount_text(const Value& object, Path path) {
  const Value* amount = find(object, path);
  if (amount == nullptr) {
    return "0";
  }
  return amount->is_string() ? amount->get<std::string>() : amount->dump();
}

std::string class_of(const Value& object) {
  const std::string noted = text_at(object, {"metadata", "annotations", kClassNote});
  return noted.empty() ? text_at(object, {"spec", "storageClassName"}) : noted;
}

std::string shown_phase(const Value& object) {
  return find(object, {"metadata", "deletionTimestamp"}) == nullptr
             ? text_at(object, {"status", "phase"})
             : "Terminating";
}

void validate_volume_mode(const Value& spec, FieldErrors& errors) {
  const std::string mode = text_at(spec, {"volumeMode"}, "Filesystem");
  if (mode != "Filesystem" && mode != "Block") {
    errors.not_supported("spec.volumeMode", Value(mode), {"Block", "Filesystem"});
  }
  const std::string name = text_at(spec, {"storageClassName"});
  if (!name.empty()) {
    validate_dns_subdomain(name, "spec.storageClassName", errors);
  }
}

void take_over(Value& fresh, const Value& old, std::string_view member) {
  const Value* there = find(old, {member});
  if (there == nullptr) {
    erase_at(fresh, {member});
  } else {
    make_at(fresh, {member}) = *there;
  }
}

class PersistentVolumeKind final : public Kind {
 public:
  PersistentVolumeKind()
      : Kind(common_names({"", "v1", "persistentvolumes", "PersistentVolume", false}, {"pv"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {status_names(resource().kind)};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    set_default(spec, {"persistentVolumeReclaimPolicy"}, "Retain");
    set_default(spec, {"volumeMode"}, "Filesystem");
    if (find(spec, {"hostPath"}) != nullptr) {
      set_default(spec, {"hostPath", "type"}, "");
    }
    ensure_object(object, {"status"});
    set_default(object, {"status", "phase"}, "Pending");
  }

  void prepare_create(Value& object) const override {
    Value status = {{"phase", "Pending"}};
    if (const Value* now = find(object, {"metadata", "creationTimestamp"})) {
      status["lastPhaseTransitionTime"] = *now;
    }
    make_at(object, {"status"}) = std::move(status);
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    take_over(fresh, old, subresource == "status" ? "spec" : "status");
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    const Value& modes = list_at(spec, {"accessModes"});
    if (modes.empty()) {
      errors.required("spec.accessModes");
    }
    validate_access_modes(modes, errors);
    validate_capacity(object_at(spec, {"capacity"}), errors);
    const std::string policy = text_at(spec, {"persistentVolumeReclaimPolicy"});
    if (policy != "Retain" && policy != "Delete" && policy != "Recycle") {
      errors.not_supported(
          "spec.persistentVolumeReclaimPolicy", Value(policy), {"Delete", "Recycle", "Retain"});
    }
    if (const Value* required = find(spec, {"nodeAffinity", "required"})) {
      validate_node_selector(*required, "spec.nodeAffinity.required", errors);
    }
    validate_source(spec, errors);
    validate_volume_mode(spec, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      return;
    }
    validate(fresh, errors);
    const Value& now = object_at(fresh, {"spec"});
    const Value& before = object_at(old, {"spec"});
    const std::vector<std::string> sources = sources_of(now);
    const bool same =
        sources == sources_of(before) && std::ranges::all_of(sources, [&](const std::string& name) {
          return now.at(name) == before.at(name);
        });
    if (!same) {
      errors.forbidden("spec.persistentvolumesource",
                       "spec.persistentvolumesource is immutable after creation\n");
    }
    check_immutable(find(now, {"volumeMode"}), find(before, {"volumeMode"}), "volumeMode", errors);
    const Value* affinity = find(before, {"nodeAffinity"});
    if (affinity != nullptr) {
      check_immutable(find(now, {"nodeAffinity"}), affinity, "nodeAffinity", errors);
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Capacity", "string", kCapacityWords),
            column("Access Modes", "string", kModesWords),
            column("Reclaim Policy", "string", kReclaimWords),
            column("Status", "string", kPhaseWords),
            column("Claim", "string", kClaimWords),
            column("StorageClass", "string", "StorageClass of the pv"),
            column("VolumeAttributesClass", "string", "VolumeAttributesClass of the pv"),
            column("Reason", "string", kReasonWords),
            created_column(),
            column("VolumeMode", "string", kVolumeModeWords, 1)};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& spec = object_at(object, {"spec"});
    const Value* claim = find(spec, {"claimRef"});
    return {name_of(object),
            amount_text(spec, {"capacity", "storage"}),
            access_modes_text(list_at(spec, {"accessModes"})),
            text_at(spec, {"persistentVolumeReclaimPolicy"}),
            shown_phase(object),
            claim == nullptr
                ? ""
                : fmt::format("{}/{}", text_at(*claim, {"namespace"}), text_at(*claim, {"name"})),
            class_of(object),
            text_at(spec, {"volumeAttributesClassName"}, "<unset>"),
            text_at(object, {"status", "reason"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            text_at(spec, {"volumeMode"}, "<unset>")};
  }

 private:
  static void validate_capacity(const Value& capacity, FieldErrors& errors) {
    if (capacity.empty()) {
      errors.required("spec.capacity");
    }
    if (find(capacity, {"storage"}) == nullptr || capacity.size() > 1) {
      errors.not_supported("spec.capacity", capacity, {"storage"});
    }
    for (const auto& [name, amount] : capacity.items()) {
      const std::string text = amount_text(capacity, {name});
      if (quantity_milli(text) <= 0) {
        errors.invalid(
            fmt::format("spec.capacity[{}]", name), Value(text), "must be greater than zero");
      }
    }
  }

  static void validate_source(const Value& spec, FieldErrors& errors) {
    const std::vector<std::string> sources = sources_of(spec);
    if (sources.empty()) {
      errors.required("spec", "must specify a volume type");
    }
    for (std::size_t i = 1; i < sources.size(); ++i) {
      errors.forbidden(below("spec", sources.at(i)), "may not specify more than 1 volume type");
    }
    for (const char* name : {"hostPath", "local"}) {
      const Value* source = find(spec, {name});
      if (source != nullptr && text_at(*source, {"path"}).empty()) {
        errors.required(below(below("spec", name), "path"));
      }
    }
    if (find(spec, {"local"}) != nullptr && find(spec, {"nodeAffinity"}) == nullptr) {
      errors.required("spec.nodeAffinity", "Local volume requires node affinity");
    }
  }
};

}  // namespace

void add_volume_kinds(Kinds& kinds) {
  kinds.push_back(claim_kind());
  kinds.push_back(std::make_unique<PersistentVolumeKind>());
}

}  // namespace cfkops::sandbox
