#include "cfkops/kafka/jolokia.hpp"

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

/// Where the value that starts at `begin` ends: at a comma outside quotes.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin >= text.size() || text[begin] != '"') {
    return std::min(text.find(',', begin), text.size());
  }
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return text.size();
}

/// ObjectName.unquote: takes the quotes off and resolves \", \\, \*, \? and \n.
std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::string(text);
  }
  std::string plain;
  const std::string_view inner = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\' && i + 1 < inner.size()) {
      ++i;
      plain += inner[i] == 'n' ? '\n' : inner[i];
    } else {
      plain += inner[i];
    }
  }
  return plain;
}

/// Tells `visit` of each key property, its value as it is written, until it says false.
template <class Visit>
void each_property(std::string_view object_name, const Visit& visit) {
  const std::size_t colon = object_name.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  std::size_t at = colon + 1;
  while (at < object_name.size()) {
    const std::size_t equals = object_name.find('=', at);
    if (equals == std::string_view::npos) {
      break;  // "*" at the end of a pattern
    }
    const std::size_t end = end_of_value(object_name, equals + 1);
    if (!visit(object_name.substr(at, equals - at),
               object_name.substr(equals + 1, end - equals - 1))) {
      return;
    }
    at = end + 1;
  }
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
