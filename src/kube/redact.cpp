#include "redact.hpp"

#include "cfkops/base/redacted.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/// Keeps keys and nulls (a null removes a key), hides everything else.
void hide(nlohmann::json& value) {
  if (value.is_object()) {
    for (nlohmann::json& member : value) {
      hide(member);
    }
  } else if (!value.is_null()) {
    value = Redacted::text();
  }
}

void hide_member(nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end()) {
    hide(*found);
  }
}

void hide_object(nlohmann::json& object) {
  hide_member(object, "data");
  hide_member(object, "stringData");
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) {
    return;
  }
  const auto annotations = metadata->find("annotations");
  if (annotations != metadata->end() && annotations->is_object()) {
    hide_member(*annotations, kLastApplied);
  }
}

/// Of JSON patch operations only what is known to be harmless stays.
void hide_operations(nlohmann::json& operations) {
  for (nlohmann::json& operation : operations) {
    if (!operation.is_object()) {
      hide(operation);
      continue;
    }
    const auto path = operation.find("path");
    const std::string text =
        path != operation.end() && path->is_string() ? path->get<std::string>() : std::string();
    const bool harmless = text.starts_with("/metadata/labels") || text == "/metadata/uid" ||
                          text == "/metadata/resourceVersion";
    if (!harmless) {
      hide_member(operation, "value");
    }
  }
}

}  // namespace

Json without_secrets(const Resource& resource, const Json& body) {
  const bool secret =
      body.string_or("/kind", resource.kind) == "Secret" || resource.kind == "Secret";
  if (!secret || body.is_null()) {
    return body;
  }
  nlohmann::json copy = body.raw();
  if (copy.is_object()) {
    hide_object(copy);
  } else if (copy.is_array()) {
    hide_operations(copy);
  } else {
    hide(copy);
  }
  return Json(std::move(copy));
}

}  // namespace cfkops::kube
