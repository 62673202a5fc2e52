#include "kinds/namespace.hpp"

#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

namespace {

constexpr const char* kFinalizer = "kubernetes";
constexpr const char* kNameLabel = "kubernetes.io/metadata.name";

void label_with_name(Value& object) {
  const std::string name = name_of(object);
  if (!name.empty()) {
    make_at(object, {"metadata", "labels", kNameLabel}) = name;
  }
}

void take_over(Value& fresh, const Value& old, Path member) {
  const Value* there = find(old, member);
  if (there == nullptr) {
    erase_at(fresh, member);
  } else {
    make_at(fresh, member) = *there;
  }
}

void check_finalizer(const std::string& name, const std::string& field, FieldErrors& errors) {
  constexpr std::array<std::string_view, 3> kStandard = {
      kFinalizer, "orphan", "foregroundDeletion"};
  validate_qualified_name(name, field, errors);
  if (name.find('/') == std::string::npos &&
      std::ranges::find(kStandard, name) == kStandard.end()) {
    errors.invalid(
        field, Value(name), "name is neither a standard finalizer name nor is it fully qualified");
  }
}

class NamespaceKind final : public Kind {
 public:
  NamespaceKind()
      : Kind(namespace_names()) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {{"finalize", "Namespace", {}, {}, {"update"}}, status_names("Namespace")};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    validate_dns_label(name, "metadata.name", errors);
  }

  void set_defaults(Value& object) const override {
    label_with_name(object);
    ensure_object(object, {"spec"});
    ensure_object(object, {"status"});
    if (text_at(object, {"status", "phase"}).empty()) {
      make_at(object, {"status", "phase"}) = "Active";
    }
    if (const Schema* shape = schema(); shape != nullptr) {
      normalize(*shape, object);
    }
  }

  void prepare_create(Value& object) const override {
    // A generated name is known only now.
    label_with_name(object);
    make_at(object, {"status"}) = {{"phase", "Active"}};
    Value finalizers = list_at(object, {"spec", "finalizers"});
    if (std::ranges::find(finalizers, Value(kFinalizer)) == finalizers.end()) {
      finalizers.push_back(kFinalizer);
    }
    ensure_object(object, {"spec"});
    make_at(object, {"spec", "finalizers"}) = std::move(finalizers);
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    label_with_name(fresh);
    if (subresource == "status") {
      take_over(fresh, old, {"spec"});
      return;
    }
    take_over(fresh, old, {"status"});
    if (subresource != "finalize") {
      ensure_object(fresh, {"spec"});
      take_over(fresh, old, {"spec", "finalizers"});
    }
  }

  void prepare_delete(Value& object, std::string_view now) const override {
    make_at(object, {"metadata", "deletionTimestamp"}) = std::string(now);
    make_at(object, {"status", "phase"}) = "Terminating";
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    for (const Value& finalizer : list_at(object, {"spec", "finalizers"})) {
      check_finalizer(text_at(finalizer, {}), "spec.finalizers", errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      validate_phase(fresh, errors);
    } else if (subresource == "finalize") {
      const Value& finalizers = list_at(fresh, {"spec", "finalizers"});
      for (std::size_t i = 0; i < finalizers.size(); ++i) {
        check_finalizer(text_at(finalizers.at(i), {}), element("spec.finalizers", i), errors);
      }
    } else {
      validate(fresh, errors);
    }
  }

  [[nodiscard]] bool held_by_spec(const Value& object) const override {
    return !list_at(object, {"spec", "finalizers"}).empty();
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"status.phase"};
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"status.phase", text_at(object, {"status", "phase"})}};
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {
        name_column(), column("Status", "string", "The status of the namespace"), created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            text_at(object, {"status", "phase"}),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  static KindNames namespace_names() {
    KindNames names = common_names({"", "v1", "namespaces", "Namespace", false}, {"ns"});
    std::erase(names.verbs, "deletecollection");
    return names;
  }

  static void validate_phase(const Value& fresh, FieldErrors& errors) {
    const std::string phase = text_at(fresh, {"status", "phase"});
    const bool goes = find(fresh, {"metadata", "deletionTimestamp"}) != nullptr;
    if (!goes && phase != "Active") {
      errors.invalid(
          "status.Phase", Value(phase), "may only be 'Active' if `deletionTimestamp` is empty");
    } else if (goes && phase != "Terminating") {
      errors.invalid("status.Phase",
                     Value(phase),
                     "may only be 'Terminating' if `deletionTimestamp` is not empty");
    }
  }
};

}  // namespace

std::unique_ptr<Kind> namespace_kind() {
  return std::make_unique<NamespaceKind>();
}

}  // namespace cfkops::sandbox
