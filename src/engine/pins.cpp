#include "cfkops/engine/pins.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace cfkops::engine {
namespace {

using nlohmann::json;

/// What tells of the moment and changes by itself.
constexpr std::array<std::string_view, 4> kMomentary = {
    "events", "leases", "endpoints", "endpointslices"};

/// Of metadata: what the server or a controller writes beside the change that matters.
constexpr std::array<std::string_view, 5> kServersOwn = {
    "resourceVersion", "managedFields", "generation", "selfLink", "creationTimestamp"};

/// Annotations that repeat other fields, or that an election renews.
constexpr std::array<std::string_view, 3> kRepeating = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
    "control-plane.alpha.kubernetes.io/leader"};

constexpr std::array<std::string_view, 9> kSecretWords = {"password",
                                                          "passwd",
                                                          "passphrase",
                                                          "secret",
                                                          "token",
                                                          "credential",
                                                          "apikey",
                                                          "jaas",
                                                          "private"};

constexpr std::size_t kLongestShown = 256;
constexpr std::size_t kHashDigits = 16;

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// It is a secret, or speaks of one: rather one too many than one too few.
bool speaks_of_secrets(std::string_view text) {
  const std::string small = base::lower(text);
  return std::any_of(kSecretWords.begin(), kSecretWords.end(), [&](std::string_view word) {
    return small.find(word) != std::string::npos;
  });
}

bool any_speaks_of_secrets(const json& list) {
  return std::any_of(list.begin(), list.end(), [](const json& item) {
    return item.is_string() && speaks_of_secrets(item.get_ref<const std::string&>());
  });
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Takes an object apart into its leaves.
class Leaves {
 public:
  explicit Leaves(const std::string& salt)
      : salt_(salt) {}

  void add(const std::string& path, const json& value, bool hidden) {
    if (value.is_object() && !value.empty()) {
      // A variable of a container: its name says what its value is.
      const auto name = value.find("name");
      const bool secret = name != value.end() && name->is_string() &&
                          speaks_of_secrets(name->get_ref<const std::string&>());
      for (const auto& [key, member] : value.items()) {
        add(path + "/" + base::pointer_token(key),
            member,
            hidden || speaks_of_secrets(key) || (secret && key == "value"));
      }
    } else if (value.is_array() && !value.empty()) {
      // "--password", "x": what stands beside such a word may be it.
      const bool secret = hidden || any_speaks_of_secrets(value);
      for (std::size_t i = 0; i < value.size(); ++i) {
        add(path + "/" + std::to_string(i), value[i], secret);
      }
    } else if (!value.is_null()) {
      add_leaf(path, value, hidden);
    }
  }

  [[nodiscard]] std::map<std::string, PinnedField> take() && { return std::move(fields_); }

 private:
  void add_leaf(const std::string& path, const json& value, bool hidden) {
    const std::string text = dumped(value);
    PinnedField field;
    field.hash = base::sha256_hex(salt_ + path + "\n" + text).substr(0, kHashDigits);
    if (!hidden && text.size() <= kLongestShown && !speaks_of_secrets(text)) {
      field.value = Json(value);
    }
    fields_.emplace(path, std::move(field));
  }

  const std::string& salt_;
  std::map<std::string, PinnedField> fields_;
};

void drop(json& object, std::string_view key) {
  object.erase(std::string(key));
}

json relevant_metadata(const json& whole) {
  json metadata = whole.value("metadata", json::object());
  for (const std::string_view key : kServersOwn) {
    drop(metadata, key);
  }
  const auto annotations = metadata.find("annotations");
  if (annotations != metadata.end() && annotations->is_object()) {
    for (const std::string_view key : kRepeating) {
      drop(*annotations, key);
    }
    if (annotations->empty()) {
      metadata.erase(annotations);
    }
  }
  return metadata;
}

json relevant(const std::string& kind, const json& whole) {
  if (kind == "Secret") {
    const json& metadata = whole.at("metadata");
    return {{"metadata",
             {{"uid", metadata.value("uid", json())},
              {"resourceVersion", metadata.value("resourceVersion", json())}}}};
  }
  json copy = whole;
  copy["metadata"] = relevant_metadata(whole);
  for (const char* key : {"apiVersion", "kind", "status"}) {
    copy.erase(key);
  }
  const auto status = whole.find("status");
  if (kind == "Node") {
    copy["metadata"].erase("annotations");  // agents write there all the time
  }
  if (kind == "Node" && status != whole.end() && status->is_object()) {
    for (const char* key : {"capacity", "allocatable"}) {
      if (const auto found = status->find(key); found != status->end()) {
        copy["status"][key] = *found;
      }
    }
  }
  return copy;
}

/// The objects that a plan says it will act on, or was asked to: by uid and as messages name them.
class Named {
 public:
  explicit Named(const Json& plan) {
    for (const auto& [name, value] : plan.members("/params")) {
      words_.insert(value.string_or("/uid", ""));
    }
    for (const Json& step : plan.items("/steps")) {
      for (const Json& change : step.items("/changes")) {
        words_.insert(change.string_or("/uid", ""));
        words_.insert(change.string_or("/object", ""));
      }
    }
    words_.erase("");
  }

  [[nodiscard]] bool has(const Pin& pin) const {
    return words_.contains(pin.uid) || words_.contains(pin.text());
  }

 private:
  std::set<std::string> words_;
};

}  // namespace

std::string Pin::text() const {
  const std::string what = base::lower(kind);
  return ns.empty() ? what + " " + name : what + " " + ns + "/" + name;
}

std::optional<Pin> pin_of(const kube::Resource& resource,
                          const kube::Object& object,
                          const std::string& salt) {
  if (contains(kMomentary, resource.plural) || !object.json().get("/metadata").is_object()) {
    return std::nullopt;
  }
  Pin pin{.resource = resource,
          .kind = object.kind().empty() ? resource.kind : object.kind(),
          .ns = object.ns(),
          .name = object.name(),
          .uid = object.uid(),
          .resource_version = object.resource_version(),
          .compared = true,
          .fields = {}};
  Leaves leaves(salt);
  leaves.add("", relevant(pin.kind, object.json().raw()), false);
  pin.fields = std::move(leaves).take();
  return pin;
}

void PinRecorder::on_object(const kube::Resource& resource, const kube::Object& object) {
  read_.insert_or_assign(resource.full_name() + " " + object.ns() + "/" + object.name(),
                         Read{resource, object});
}

std::vector<Pin> PinRecorder::pins(const std::string& salt, const Json& plan) const {
  const Named named(plan);
  std::vector<Pin> pins;
  for (const auto& [key, read] : read_) {
    std::optional<Pin> pin = pin_of(read.resource, read.object, salt);
    if (!pin) {
      continue;
    }
    if (pin->kind == "Pod" && !named.has(*pin)) {
      pin->compared = false;
      pin->fields.clear();
    }
    pins.push_back(*std::move(pin));
  }
  return pins;
}

}  // namespace cfkops::engine
