#include "kinds/builtin.hpp"
#include "kinds/custom_format.hpp"
#include "kinds/definition_validation.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kCleanup = "customresourcecleanup.apiextensions.k8s.io";

/// Every format in a schema that no check knows, in the order of its members.
void collect_formats(const Value& open_api, std::vector<std::string>& formats) {
  if (open_api.is_object()) {
    const std::string format = text_at(open_api, {"format"});
    if (text_at(open_api, {"type"}) == "string" && !format.empty() && !is_checked_format(format)) {
      formats.push_back(format);
    }
  }
  if (open_api.is_structured()) {
    for (const Value& member : open_api) {
      collect_formats(member, formats);
    }
  }
}

std::vector<std::string> unknown_formats(const Value* definition) {
  std::vector<std::string> formats;
  if (definition != nullptr) {
    for (const Value& version : list_at(*definition, {"spec", "versions"})) {
      collect_formats(object_at(version, {"schema", "openAPIV3Schema"}), formats);
    }
  }
  return formats;
}

/// The storage version is, or was, stored.
void note_stored_version(Value& definition) {
  std::string stored;
  for (const Value& version : list_at(definition, {"spec", "versions"})) {
    if (flag_at(version, {"storage"})) {
      stored = text_at(version, {"name"});
      break;
    }
  }
  const Value& known = list_at(definition, {"status", "storedVersions"});
  if (stored.empty() || std::ranges::find(known, Value(stored)) != known.end()) {
    return;
  }
  Value versions = known;
  versions.push_back(stored);
  make_at(definition, {"status", "storedVersions"}) = std::move(versions);
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

/// Sets a text where it is missing or empty.
void set_text(Value& in, Path path, const std::string& text) {
  if (text_at(in, path).empty()) {
    make_at(in, path) = text;
  }
}

KindNames definition_names() {
  KindNames names;
  names.resource = {
      "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false};
  names.singular = "customresourcedefinition";
  names.list_kind = "CustomResourceDefinitionList";
  names.short_names = {"crd", "crds"};
  names.categories = {"api-extensions"};
  names.verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
  return names;
}

/// What Go's type always shows, and without what it never does.
void shape_version(Value& version) {
  set_default(version, {"served"}, false);
  set_default(version, {"storage"}, false);
  if (!flag_at(version, {"deprecated"})) {
    erase_at(version, {"deprecated"});
  }
  Value* columns = find(version, {"additionalPrinterColumns"});
  if (columns == nullptr || !columns->is_array()) {
    return;
  }
  for (Value& column : *columns) {
    if (column.is_object() && number_at(column, {"priority"}) == 0) {
      erase_at(column, {"priority"});
    }
  }
}

class Definition final : public Kind {
 public:
  Definition()
      : Kind(definition_names()) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {{"status", resource().kind, {}, {}, {"get", "patch", "update"}}};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] std::string stored_version() const override { return "v1beta1"; }

  [[nodiscard]] bool counts_generation() const override { return true; }

  [[nodiscard]] bool updates_unconditionally() const override { return false; }

  void set_defaults(Value& object) const override {
    const std::string kind = text_at(object, {"spec", "names", "kind"});
    if (!find(object, {"spec"})) {
      make_at(object, {"spec"}) = Value::object();
    }
    set_text(object, {"spec", "names", "singular"}, lowered(kind));
    if (!kind.empty()) {
      set_text(object, {"spec", "names", "listKind"}, kind + "List");
    }
    set_default(object, {"spec", "conversion"}, Value{{"strategy", "None"}});
    if (find(object, {"spec", "conversion", "webhook", "clientConfig", "service"}) != nullptr) {
      set_default(
          object, {"spec", "conversion", "webhook", "clientConfig", "service", "port"}, 443);
    }
    if (!flag_at(object, {"spec", "preserveUnknownFields"})) {
      erase_at(object, {"spec", "preserveUnknownFields"});
    }
    if (Value* versions = find(object, {"spec", "versions"});
        versions != nullptr && versions->is_array()) {
      for (Value& version : *versions) {
        if (version.is_object()) {
          shape_version(version);
        }
      }
    }
    shape_status(object);
    if (list_at(object, {"status", "storedVersions"}).empty()) {
      note_stored_version(object);
    }
  }

  void prepare_create(Value& object) const override {
    erase_at(object, {"status"});
    shape_status(object);
    note_stored_version(object);
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    if (subresource == "status") {
      make_at(fresh, {"spec"}) = object_at(old, {"spec"});
      return;
    }
    make_at(fresh, {"status"}) = object_at(old, {"status"});
    note_stored_version(fresh);
  }

  void prepare_delete(Value& object, std::string_view now) const override {
    Value finalizers = list_at(object, {"metadata", "finalizers"});
    if (std::ranges::find(finalizers, Value(kCleanup)) == finalizers.end()) {
      finalizers.push_back(kCleanup);
      make_at(object, {"metadata", "finalizers"}) = std::move(finalizers);
    }
    Value conditions = list_at(object, {"status", "conditions"});
    conditions.push_back({{"type", "Terminating"},
                          {"status", "True"},
                          {"reason", "InstanceDeletionPending"},
                          {"message",
                           "CustomResourceDefinition marked for deletion; CustomResource deletion "
                           "will begin soon"},
                          {"lastTransitionTime", now}});
    make_at(object, {"status", "conditions"}) = std::move(conditions);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    validate_definition(object, nullptr, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource != "status") {
      validate_definition(fresh, &old, errors);
    }
  }

  [[nodiscard]] std::vector<std::string> warnings(const Value& object,
                                                  const Value* old) const override {
    const std::vector<std::string> before = unknown_formats(old);
    std::vector<std::string> warnings;
    for (const std::string& format : unknown_formats(&object)) {
      if (std::ranges::find(before, format) == before.end()) {
        warnings.push_back(fmt::format("unrecognized format \"{}\"", format));
      }
    }
    return warnings;
  }

 private:
  /// What Go's type always shows.
  static void shape_status(Value& object) {
    Value& status = make_at(object, {"status"});
    if (!status.is_object()) {
      status = Value::object();
    }
    set_default(object, {"status", "acceptedNames", "kind"}, "");
    set_default(object, {"status", "acceptedNames", "plural"}, "");
    for (const char* list : {"conditions", "storedVersions"}) {
      if (find(object, {"status", list}) == nullptr) {
        make_at(object, {"status", list}) = nullptr;
      }
    }
  }
};

}  // namespace

void add_definition_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<Definition>());
}

}  // namespace cfkops::sandbox
