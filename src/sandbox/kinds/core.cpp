#include "json_reader.hpp"
#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/endpoints.hpp"
#include "kinds/namespace.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include "cfkops/base/crypto.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kLargest = std::size_t{1024} * 1024;
constexpr const char* kFrozen = "field is immutable when `immutable` is set";

std::string keyed(std::string_view path, std::string_view key) {
  return fmt::format("{}[{}]", path, key);
}

// How many bytes a text in base64 stands for.
std::size_t decoded_size(const std::string& text) {
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return text.size() / 4 * 3 - (text.empty() ? 0 : padding);
}

void check_frozen(const Value& fresh,
                  const Value& old,
                  std::initializer_list<std::string_view> names,
                  FieldErrors& errors) {
  if (!flag_at(old, {"immutable"})) {
    return;
  }
  if (!flag_at(fresh, {"immutable"})) {
    errors.forbidden("immutable", kFrozen);
  }
  for (const std::string_view name : names) {
    if (!alike(find(fresh, {name}), find(old, {name}))) {
      errors.forbidden(std::string(name), kFrozen);
    }
  }
}

class ConfigMapKind final : public Kind {
 public:
  ConfigMapKind()
      : Kind(common_names({"", "v1", "configmaps", "ConfigMap"}, {"cm"})) {}

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& data = object_at(object, {"data"});
    const Value& binary = object_at(object, {"binaryData"});
    std::size_t size = 0;
    for (const auto& [key, value] : data.items()) {
      const std::string field = keyed("data", key);
      report(config_key_faults(key), Value(key), field, errors);
      if (binary.contains(key)) {
        errors.invalid(field, Value(key), "duplicate of key present in binaryData");
      }
      size += text_at(value, {}).size();
    }
    for (const auto& [key, value] : binary.items()) {
      report(config_key_faults(key), Value(key), keyed("binaryData", key), errors);
      size += decoded_size(text_at(value, {}));
    }
    if (size > kLargest) {
      errors.too_long("", static_cast<int>(kLargest));
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    check_frozen(fresh, old, {"data", "binaryData"}, errors);
    validate(fresh, errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Data",
                   "string",
                   "Data contains the configuration data. Each key must consist of alphanumeric "
                   "characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the "
                   "BinaryData field. The keys stored in Data must not overlap with the keys in "
                   "the BinaryData field, this is enforced during validation process."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            object_at(object, {"data"}).size() + object_at(object, {"binaryData"}).size(),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

class SecretKind final : public Kind {
 public:
  SecretKind()
      : Kind(common_names({"", "v1", "secrets", "Secret"})) {}

  void set_defaults(Value& object) const override {
    // What is given as text is kept as bytes, over what stands there.
    const Value texts = object_at(object, {"stringData"});
    for (const auto& [key, value] : texts.items()) {
      make_at(object, {"data", key}) = base::base64_encode(text_at(value, {}));
    }
    erase_at(object, {"stringData"});
    if (text_at(object, {"type"}).empty()) {
      object["type"] = "Opaque";
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    std::size_t size = 0;
    for (const auto& [key, value] : object_at(object, {"data"}).items()) {
      report(config_key_faults(key), Value(key), keyed("data", key), errors);
      size += decoded_size(text_at(value, {}));
    }
    if (size > kLargest) {
      errors.too_long("data", static_cast<int>(kLargest));
    }
    check_type(object, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    check_immutable(find(fresh, {"type"}), find(old, {"type"}), "type", errors);
    check_frozen(fresh, old, {"data"}, errors);
    validate(fresh, errors);
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override { return {"type"}; }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"type", text_at(object, {"type"})}};
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Type",
                   "string",
                   "Used to facilitate programmatic handling of secret data. More info: "
                   "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types"),
            column("Data",
                   "string",
                   "Data contains the secret data. Each key must consist of alphanumeric "
                   "characters, '-', '_' or '.'. The serialized form of the secret data is a "
                   "base64 encoded string, representing the arbitrary (possibly non-string) data "
                   "value here. Described in https://tools.ietf.org/html/rfc4648#section-4"),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            text_at(object, {"type"}),
            object_at(object, {"data"}).size(),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  static void require(const Value& data, std::string_view key, FieldErrors& errors) {
    if (!data.contains(key)) {
      errors.required(keyed("data", key));
    }
  }

  static void check_docker(const Value& data, std::string_view key, FieldErrors& errors) {
    require(data, key, errors);
    if (!data.contains(key)) {
      return;
    }
    std::vector<std::string> duplicates;
    const auto bytes = base::base64_decode(text_at(data, {key}));
    const auto parsed = read_json(bytes ? *bytes : std::string(), duplicates);
    const std::string field = keyed("data", key);
    const Value shown = "<secret contents redacted>";
    if (!parsed) {
      errors.invalid(field, shown, parsed.error());
    } else if (!parsed->is_object() && !parsed->is_null()) {
      const std::string type = parsed->is_boolean() ? "bool" : parsed->type_name();
      errors.invalid(field,
                     shown,
                     fmt::format("json: cannot unmarshal {} into Go value of type "
                                 "map[string]interface {{}}",
                                 type));
    }
  }

  static void check_type(const Value& object, FieldErrors& errors) {
    const std::string type = text_at(object, {"type"});
    const Value& data = object_at(object, {"data"});
    if (type == "kubernetes.io/service-account-token") {
      constexpr const char* kAccount = "kubernetes.io/service-account.name";
      if (text_at(object, {"metadata", "annotations", kAccount}).empty()) {
        errors.required(keyed("metadata.annotations", kAccount));
      }
    } else if (type == "kubernetes.io/dockercfg") {
      check_docker(data, ".dockercfg", errors);
    } else if (type == "kubernetes.io/dockerconfigjson") {
      check_docker(data, ".dockerconfigjson", errors);
    } else if (type == "kubernetes.io/basic-auth") {
      if (!data.contains("username") && !data.contains("password")) {
        require(data, "username", errors);
        require(data, "password", errors);
      }
    } else if (type == "kubernetes.io/ssh-auth") {
      if (text_at(data, {"ssh-privatekey"}).empty()) {
        errors.required(keyed("data", "ssh-privatekey"));
      }
    } else if (type == "kubernetes.io/tls") {
      require(data, "tls.crt", errors);
      require(data, "tls.key", errors);
    }
  }
};

class ServiceAccountKind final : public Kind {
 public:
  ServiceAccountKind()
      : Kind(common_names({"", "v1", "serviceaccounts", "ServiceAccount"}, {"sa"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {{"token", "TokenRequest", "authentication.k8s.io", "v1", {"create"}}};
  }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void prepare_create(Value& object) const override { keep_names(object); }

  void prepare_update(Value& fresh,
                      const Value& /*old*/,
                      std::string_view /*subresource*/) const override {
    keep_names(fresh);
  }

  [[nodiscard]] std::vector<std::string> warnings(const Value& object,
                                                  const Value* old) const override {
    constexpr const char* kEnforce = "kubernetes.io/enforce-mountable-secrets";
    const bool had = old != nullptr && find(*old, {"metadata", "annotations", kEnforce}) != nullptr;
    if (had || find(object, {"metadata", "annotations", kEnforce}) == nullptr) {
      return {};
    }
    return {keyed("metadata.annotations", kEnforce) +
            ": deprecated in v1.32+; prefer separate namespaces to isolate access to mounted "
            "secrets"};
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Secrets",
                   "string",
                   "Secrets is a list of the secrets in the same namespace that pods running using "
                   "this ServiceAccount are allowed to use. Pods are only limited to this list if "
                   "this service account has a \"kubernetes.io/enforce-mountable-secrets\" "
                   "annotation set to \"true\". The \"kubernetes.io/enforce-mountable-secrets\" "
                   "annotation is deprecated since v1.32. Prefer separate namespaces to isolate "
                   "access to mounted secrets. This field should not be used to find "
                   "auto-generated service account token secrets for use outside of pods. Instead, "
                   "tokens can be requested directly using the TokenRequest API, or service "
                   "account token secrets can be manually created. More info: "
                   "https://kubernetes.io/docs/concepts/configuration/secret"),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            list_at(object, {"secrets"}).size(),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  // References to secrets are names alone.
  static void keep_names(Value& object) {
    Value* secrets = find(object, {"secrets"});
    if (secrets == nullptr || !secrets->is_array()) {
      return;
    }
    for (Value& secret : *secrets) {
      const std::string name = text_at(secret, {"name"});
      secret = name.empty() ? Value::object() : Value({{"name", name}});
    }
  }
};

/// What binds a pod to a node; it is carried out and not kept.
class BindingKind final : public Kind {
 public:
  BindingKind()
      : Kind(binding_names()) {}

 private:
  static KindNames binding_names() {
    KindNames names = common_names({"", "v1", "bindings", "Binding"});
    names.verbs = {"create"};
    return names;
  }
};

/// How the control plane's parts fare. The real server asks them each time and stores nothing, so
/// that no more than the name is shown of its metadata.
class ComponentStatusKind final : public Kind {
 public:
  ComponentStatusKind()
      : Kind(read_only_names()) {}

  [[nodiscard]] bool is_storage_version() const override { return false; }

  [[nodiscard]] Value from_storage(const Shared& stored) const override {
    Value object = Kind::from_storage(stored);
    make_at(object, {"metadata"}) = {{"name", name_of(*stored)}};
    return object;
  }

  [[nodiscard]] std::string deprecation() const override {
    return "v1 ComponentStatus is deprecated in v1.19+";
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Status", "string", "Status of the component conditions"),
            column("Message", "string", "Message of the component conditions"),
            column("Error", "string", "Error of the component conditions")};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime /*now*/) const override {
    for (const Value& condition : list_at(object, {"conditions"})) {
      if (text_at(condition, {"type"}) == "Healthy") {
        const bool healthy = text_at(condition, {"status"}) == "True";
        return {name_of(object),
                healthy ? "Healthy" : "Unhealthy",
                text_at(condition, {"message"}),
                text_at(condition, {"error"})};
      }
    }
    return {name_of(object), "Unknown", "", ""};
  }

 private:
  static KindNames read_only_names() {
    KindNames names =
        common_names({"", "v1", "componentstatuses", "ComponentStatus", false}, {"cs"});
    names.verbs = {"get", "list"};
    return names;
  }
};

}  // namespace

void add_core_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<BindingKind>());
  kinds.push_back(std::make_unique<ComponentStatusKind>());
  kinds.push_back(std::make_unique<ConfigMapKind>());
  kinds.push_back(endpoints_kind());
  kinds.push_back(namespace_kind());
  kinds.push_back(std::make_unique<SecretKind>());
  kinds.push_back(std::make_unique<ServiceAccountKind>());
}

}  // namespace cfkops::sandbox
