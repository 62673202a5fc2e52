#include "decode.hpp"
#include "kinds/access_modes.hpp"
#include "kinds/checks.hpp"
#include "kinds/storage.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kClassAnnotation = "volume.beta.kubernetes.io/storage-class";
constexpr const char* kFixed =
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims\n";

std::string annotated_class(const Value& claim) {
  return text_at(claim, {"metadata", "annotations", kClassAnnotation});
}

std::string class_of(const Value& claim) {
  const std::string annotated = annotated_class(claim);
  return annotated.empty() ? text_at(claim, {"spec", "storageClassName"}) : annotated;
}

std::string size_text(const Value& claim) {
  return text_at(claim, {"spec", "resources", "requests", "storage"});
}

void check_size(const Value& claim, FieldErrors& errors) {
  const std::string field = "spec.resources[storage]";
  const std::string size = size_text(claim);
  if (find(claim, {"spec", "resources", "requests", "storage"}) == nullptr) {
    errors.required(field);
  } else if (quantity_milli(size) <= 0) {
    errors.invalid(field, Value(size), "must be greater than zero");
  } else if (quantity_milli(size) % 1000 != 0) {
    errors.invalid(field, Value(size), "must be an integer");
  }
}

// The old way to name what a claim is made from and the new one say the same.
void mirror_sources(Value& spec) {
  const Value* old_way = find(spec, {"dataSource"});
  const Value* new_way = find(spec, {"dataSourceRef"});
  if (old_way != nullptr && new_way == nullptr) {
    make_at(spec, {"dataSourceRef"}) = Value(*old_way);
  } else if (new_way != nullptr && old_way == nullptr && text_at(*new_way, {"namespace"}).empty()) {
    Value source = *new_way;
    erase_at(source, {"namespace"});
    make_at(spec, {"dataSource"}) = std::move(source);
  }
}

class ClaimKind final : public Kind {
 public:
  ClaimKind()
      : Kind(common_names({"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"}, {"pvc"})) {
  }

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {status_names("PersistentVolumeClaim")};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    ensure_object(spec, {"resources"});
    set_default(spec, {"volumeMode"}, "Filesystem");
    ensure_object(object, {"status"});
    if (text_at(object, {"status", "phase"}).empty()) {
      make_at(object, {"status", "phase"}) = "Pending";
    }
    if (const Schema* shape = schema(); shape != nullptr) {
      normalize(*shape, object);
    }
  }

  void prepare_create(Value& object) const override {
    make_at(object, {"status"}) = {{"phase", "Pending"}};
    mirror_sources(ensure_object(object, {"spec"}));
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    Kind::prepare_update(fresh, old, subresource);
    if (subresource != "status") {
      mirror_sources(ensure_object(fresh, {"spec"}));
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    const Value& modes = list_at(spec, {"accessModes"});
    if (modes.empty()) {
      errors.required("spec.accessModes", "at least 1 access mode is required");
    }
    validate_access_modes(modes, errors);
    if (const Value* selector = find(spec, {"selector"})) {
      validate_label_selector(*selector, "spec.selector", errors);
    }
    check_size(object, errors);
    for (const char* name : {"storageClassName", "volumeAttributesClassName"}) {
      const std::string word = text_at(spec, {name});
      if (!word.empty()) {
        validate_dns_subdomain(word, below("spec", name), errors);
      }
    }
    if (find(spec, {"volumeMode"}) != nullptr) {
      validate_choice(spec, "volumeMode", "spec", {"Block", "Filesystem"}, errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      return;
    }
    validate(fresh, errors);
    check_spec_change(fresh, old, errors);
    const std::int64_t before = quantity_milli(size_text(old));
    const std::int64_t now = quantity_milli(size_text(fresh));
    if (now < before &&
        now <= quantity_milli(text_at(old, {"status", "capacity", "storage"}, "0"))) {
      errors.forbidden("spec.resources.requests.storage",
                       "field can not be less than status.capacity");
    }
    check_immutable(find(fresh, {"spec", "volumeMode"}),
                    find(old, {"spec", "volumeMode"}),
                    "volumeMode",
                    errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& spec = object_at(object, {"spec"});
    const Value& status = object_at(object, {"status"});
    const std::string volume = text_at(spec, {"volumeName"});
    const bool goes = find(object, {"metadata", "deletionTimestamp"}) != nullptr;
    return {name_of(object),
            goes ? "Terminating" : text_at(status, {"phase"}),
            volume,
            volume.empty() ? "" : text_at(status, {"capacity", "storage"}, "0"),
            volume.empty() ? "" : access_modes_text(list_at(status, {"accessModes"})),
            class_of(object),
            text_at(spec, {"volumeAttributesClassName"}, "<unset>"),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            text_at(spec, {"volumeMode"}, "<unset>")};
  }

 private:
  static void check_spec_change(const Value& fresh, const Value& old, FieldErrors& errors) {
    Value one = object_at(fresh, {"spec"});
    Value other = object_at(old, {"spec"});
    // A claim gets its volume once, and a class where it had none.
    if (text_at(other, {"volumeName"}).empty()) {
      erase_at(one, {"volumeName"});
      erase_at(other, {"volumeName"});
    }
    if (find(other, {"storageClassName"}) == nullptr && annotated_class(old).empty()) {
      erase_at(one, {"storageClassName"});
    }
    if (text_at(fresh, {"status", "phase"}) == "Bound") {
      for (Value* spec : {&one, &other}) {
        erase_at(*spec, {"resources", "requests", "storage"});
        erase_at(*spec, {"volumeAttributesClassName"});
      }
    }
    if (one != other) {
      errors.forbidden("spec", kFixed);
    }
  }
};

std::vector<Column> ClaimKind::columns() const {
  return {
      name_column(),
      column("Status", "string", "phase represents the current phase of PersistentVolumeClaim."),
      column("Volume",
             "string",
             "volumeName is the binding reference to the PersistentVolume backing this claim."),
      column("Capacity",
             "string",
             "capacity represents the actual resources of the underlying volume."),
      column("Access Modes",
             "string",
             "accessModes contains the actual access modes the volume backing the PVC has. More "
             "info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1"),
      column("StorageClass", "string", "StorageClass of the pvc"),
      column("VolumeAttributesClass", "string", "VolumeAttributesClass of the pvc"),
      created_column(),
      column("VolumeMode",
             "string",
             "volumeMode defines what type of volume is required by the claim. Value of Filesystem "
             "is implied when not included in claim spec.",
             1)};
}

}  // namespace

std::unique_ptr<Kind> claim_kind() {
  return std::make_unique<ClaimKind>();
}

}  // namespace cfkops::sandbox
