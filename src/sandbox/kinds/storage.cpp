#include "kinds/storage.hpp"

#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr const char* kGroup = "storage.k8s.io";

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
  add("volumeattachments", "VolumeAttachment", {}, DriverKind::Status::Own);
  add("volumeattributesclasses", "VolumeAttributesClass", {"vac"});
}

}  // namespace cfkops::sandbox
