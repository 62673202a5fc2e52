#include "kafka/jolokia_request.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// The parts between slashes; "!" takes its meaning from the character behind it.
std::vector<std::string> split_escaped(std::string_view path) {
  std::vector<std::string> parts(1);
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '/') {
      parts.emplace_back();
      continue;
    }
    if (path[at] == '!' && at + 1 < path.size()) {
      ++at;
    }
    parts.back() += path[at];
  }
  return parts;
}

}  // namespace

JolokiaRequest path_request(std::string_view path) {
  std::vector<std::string> parts = split_escaped(path);
  JolokiaRequest request{.type = base::lower(parts.front())};
  if (request.type.empty()) {
    request.type = "version";
  }
  if (parts.size() > 1 && !parts[1].empty()) {
    request.mbean = std::move(parts[1]);
  }
  if (parts.size() > 2 && !parts[2].empty()) {
    request.attributes = base::split(parts[2], ',');
    request.listed = request.attributes.size() > 1;
  }
  for (std::size_t at = 3; at < parts.size(); ++at) {
    request.path += (request.path.empty() ? "" : "/") + parts[at];
  }
  return request;
}

JolokiaRequest body_request(const Value& body) {
  JolokiaRequest request{.type = base::lower(text_at(body, {"type"}))};
  if (find(body, {"mbean"}) != nullptr) {
    request.mbean = text_at(body, {"mbean"});
  }
  request.path = text_at(body, {"path"});
  if (const std::string one = text_at(body, {"attribute"}); !one.empty()) {
    request.attributes.push_back(one);
  }
  for (const Value& one : list_at(body, {"attribute"})) {
    request.listed = true;
    if (one.is_string()) {
      request.attributes.push_back(one.get<std::string>());
    }
  }
  return request;
}

}  // namespace cfkops::sandbox
