#include "cfkops/kube/object.hpp"

#include "cfkops/base/text.hpp"

#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

std::optional<std::string> entry(const Json& json, std::string_view map, std::string_view key) {
  const Json value = json.get(std::string(map) + "/" + base::pointer_token(key));
  if (!value.is_string()) {
    return std::nullopt;
  }
  return value.string_or("", "");
}

}  // namespace

Result<Object> Object::parse(std::string_view text) {
  CFKOPS_ASSIGN(Json json, Json::parse(text));
  if (!json.is_object() || json.string_or("/metadata/name", "").empty()) {
    return make_error(ErrorCode::Protocol,
                      "expected an object with metadata.name",
                      "is the server's URL that of a Kubernetes API server?");
  }
  return Object(std::move(json));
}

std::optional<std::string> Object::label(std::string_view key) const {
  return entry(json_, "/metadata/labels", key);
}

std::optional<std::string> Object::annotation(std::string_view key) const {
  return entry(json_, "/metadata/annotations", key);
}

std::string Object::text() const {
  const std::string what = kind().empty() ? "object" : base::lower(kind());
  return ns().empty() ? what + " " + name() : what + " " + ns() + "/" + name();
}

}  // namespace cfkops::kube
