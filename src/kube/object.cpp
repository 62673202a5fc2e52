#include "cfkops/kube/object.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

std::optional<std::string> entry(const Json& json, std::string_view map, std::string_view key) {
  const Json value = json.get(std::string(map) + "/" + base::pointer_token(key));
  if (!value.is_string()) {
    return std::nullopt;
  }
  return value.string_or("", "");
}

std::string term_of(const Json& expression) {
  const std::string key = expression.string_or("/key", "");
  const std::string op = expression.string_or("/operator", "");
  if (op == "Exists" || op == "DoesNotExist") {
    return op == "Exists" ? key : "!" + key;
  }
  return key + (op == "NotIn" ? " notin (" : " in (") +
         base::join(expression.strings("/values"), ",") + ")";
}

}  // namespace

std::string selector_text(const Json& selector) {
  std::vector<std::string> terms;
  for (const auto& [key, value] : selector.members("/matchLabels")) {
    terms.push_back(key + "=" + value.string_or("", ""));
  }
  for (const Json& expression : selector.items("/matchExpressions")) {
    terms.push_back(term_of(expression));
  }
  return base::join(terms, ",");
}

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

bool owned_by(const Object& object, const Object& owner) {
  const auto is_owner = [uid = owner.uid()](const Json& one) {
    return one.string_or("/uid", "") == uid;
  };
  return std::ranges::any_of(object.json().items("/metadata/ownerReferences"), is_owner);
}

}  // namespace cfkops::kube
