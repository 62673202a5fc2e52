#include "kinds/storage.hpp"

#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr const char* kGroup = "storage.k8s.io";

bool is_default(const Value& object) {
  const Value& annotations = object_at(object, {"metadata", "annotations"});
  return text_at(annotations, {"storageclass.kubernetes.io/is-default-class"}) == "true" ||
         text_at(annotations, {"storageclass.beta.kubernetes.io/is-default-class"}) == "true";
}

class StorageClassKind final : public Kind {
 public:
  StorageClassKind()
      : Kind(common_names({kGroup, "v1", "storageclasses", "StorageClass", false}, {"sc"})) {}

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    set_default(object, {"reclaimPolicy"}, "Delete");
    set_default(object, {"volumeBindingMode"}, "Immediate");
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    std::string provisioner = text_at(object, {"provisioner"});
    if (provisioner.empty()) {
      errors.required("provisioner");
    } else {
      std::ranges::transform(provisioner, provisioner.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
      validate_qualified_name(provisioner, "provisioner", errors);
    }
    if (object_at(object, {"parameters"}).contains("")) {
      errors.invalid("parameters", Value(""), "field can not be empty.");
    }
    if (!text_at(object, {"reclaimPolicy"}).empty()) {
      validate_choice(object, "reclaimPolicy", "", {"Delete", "Retain"}, errors);
    }
    validate_choice(object, "volumeBindingMode", "", {"Immediate", "WaitForFirstConsumer"}, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    for (const char* name : {"parameters", "provisioner", "reclaimPolicy"}) {
      if (!alike(find(fresh, {name}), find(old, {name}))) {
        errors.forbidden(name, fmt::format("updates to {} are forbidden.", name));
      }
    }
    check_immutable(find(fresh, {"volumeBindingMode"}),
                    find(old, {"volumeBindingMode"}),
                    "volumeBindingMode",
                    errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Provisioner", "string", "provisioner indicates the type of the provisioner."),
            column("ReclaimPolicy",
                   "string",
                   "reclaimPolicy controls the reclaimPolicy for dynamically provisioned "
                   "PersistentVolumes of this storage class. Defaults to Delete."),
            column("VolumeBindingMode",
                   "string",
                   "volumeBindingMode indicates how PersistentVolumeClaims should be provisioned "
                   "and bound.  When unset, VolumeBindingImmediate is used. This field is only "
                   "honored by servers that enable the VolumeScheduling feature."),
            column("AllowVolumeExpansion",
                   "string",
                   "allowVolumeExpansion shows whether the storage class allow volume expand."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object) + (is_default(object) ? " (default)" : ""),
            text_at(object, {"provisioner"}),
            text_at(object, {"reclaimPolicy"}, "Delete"),
            text_at(object, {"volumeBindingMode"}, "Immediate"),
            flag_at(object, {"allowVolumeExpansion"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

/// What drivers and attachers of storage write. It is kept; nothing here acts on it, and its specs
/// are not judged.
class DriverKind final : public Kind {
 public:
  enum class Status { None, Own };

  DriverKind(kube::Resource resource, std::vector<std::string> short_names, Status status)
      : Kind(common_names(std::move(resource), std::move(short_names))),
        status_(status) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return has_status() ? std::vector<SubresourceNames>{status_names(resource().kind)}
                        : std::vector<SubresourceNames>();
  }

  [[nodiscard]] bool has_status() const override { return status_ == Status::Own; }

  [[nodiscard]] bool delete_answers_object() const override {
    return resource().kind != "CSIStorageCapacity";
  }

  [[nodiscard]] std::string stored_version() const override {
    return resource().kind == "VolumeAttributesClass" ? "v1beta1" : Kind::stored_version();
  }

  void set_defaults(Value& object) const override {
    if (resource().kind != "CSIDriver") {
      return;
    }
    Value& spec = ensure_object(object, {"spec"});
    set_default(spec, {"attachRequired"}, true);
    for (const char* name :
         {"podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"}) {
      set_default(spec, {name}, false);
    }
    set_default(spec, {"fsGroupPolicy"}, "ReadWriteOnceWithFSType");
    if (list_at(spec, {"volumeLifecycleModes"}).empty()) {
      spec["volumeLifecycleModes"] = Value::array({"Persistent"});
    }
  }

 private:
  Status status_;
};

}  // namespace

void add_storage_kinds(Kinds& kinds) {
  const auto add = [&kinds](const char* plural,
                            const char* kind,
                            std::vector<std::string> short_names = {},
                            DriverKind::Status status = DriverKind::Status::None) {
    const bool namespaced = std::string_view(kind) == "CSIStorageCapacity";
    kinds.push_back(std::make_unique<DriverKind>(
        kube::Resource{kGroup, "v1", plural, kind, namespaced}, std::move(short_names), status));
  };
  add("csidrivers", "CSIDriver");
  add("csinodes", "CSINode");
  add("csistoragecapacities", "CSIStorageCapacity");
  kinds.push_back(std::make_unique<StorageClassKind>());
  add("volumeattachments", "VolumeAttachment", {}, DriverKind::Status::Own);
  add("volumeattributesclasses", "VolumeAttributesClass", {"vac"});
}

}  // namespace cfkops::sandbox
