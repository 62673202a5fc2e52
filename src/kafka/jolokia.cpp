#include "cfkops/kafka/jolokia.hpp"

#include "object_name.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::kafka {

namespace {

/// Jolokia's own escaping inside a path: '!' leads, so that '/' and '"' can be part of a name.
std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '!' || c == '/' || c == '"') {
      escaped += '!';
    }
    escaped += c;
  }
  return escaped;
}

}  // namespace

kube::ReadRequest jolokia_read(const std::string& ns,
                               const std::string& pod,
                               std::string_view mbean,
                               const std::vector<std::string>& attributes) {
  std::string path = "jolokia/read/" + base::url_encode(escape(mbean));
  if (!attributes.empty()) {
    path += "/" + base::url_encode(escape(base::join(attributes, ",")));
  }
  kube::ReadRequest request = kube::ReadRequest::pod_proxy(ns, pod, kJolokiaPort, path);
  request.what = fmt::format("read {} of pod {}/{}", mbean, ns, pod);
  return request;
}

Result<Json> jolokia_value(std::string_view body) {
  CFKOPS_ASSIGN(const Json answer, Json::parse(body));
  const std::int64_t status = answer.int_or("/status", 0);
  if (status == 200 && answer.is_object()) {
    return answer.get("/value");
  }
  const std::string text = answer.string_or("/error", "no status in the answer");
  if (status == 404) {
    return make_error(ErrorCode::NotFound, "Jolokia: " + base::printable(text));
  }
  return make_error(ErrorCode::Protocol,
                    fmt::format("Jolokia answered {}: {}", status, base::printable(text)));
}

std::optional<std::string> key_property(std::string_view object_name, std::string_view key) {
  std::optional<std::string> found;
  each_property(object_name, [&](std::string_view name, std::string_view value) {
    if (name == key) {
      found = unquote(value);
    }
    return !found;
  });
  return found;
}

std::map<std::string, std::string> key_properties(std::string_view object_name) {
  std::map<std::string, std::string> properties;
  each_property(object_name, [&](std::string_view name, std::string_view value) {
    properties.emplace(std::string(name), unquote(value));
    return true;
  });
  return properties;
}

}  // namespace cfkops::kafka
