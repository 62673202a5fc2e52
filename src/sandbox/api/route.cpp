#include "api/route.hpp"

#include "api/request_info.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::sandbox {

namespace {

std::string form_decoded(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return base::url_decode(spaced);
}

Refusal no_resource() {
  Refusal refusal;
  refusal.code = 404;
  refusal.reason = "NotFound";
  refusal.message = "the server could not find the requested resource";
  refusal.details = share(Value::object());
  return refusal;
}

// Groups that are built in know their paths; of others nobody has ever heard.
bool is_built_in(const KindTable& kinds, std::string_view group) {
  return group.empty() || std::ranges::any_of(kinds.all(), [group](const Kind* kind) {
           return kind->resource().group == group && !kind->is_defined();
         });
}

bool has_subresource(const Kind& kind, std::string_view name) {
  return kind.subresource(name) != nullptr;
}

// Whether the path's form fits the kind's scope.
bool fits(const Kind& kind, const RequestInfo& info) {
  const bool own_name = kind.resource().group.empty() && info.plural == "namespaces";
  if (!kind.resource().namespaced) {
    return info.ns.empty() || own_name;
  }
  return !info.ns.empty() || info.name.empty();
}

}  // namespace

Query::Query(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (pair.empty()) {
      continue;
    }
    const std::size_t at = pair.find('=');
    const std::string_view value =
        at == std::string_view::npos ? std::string_view() : pair.substr(at + 1);
    pairs_.emplace_back(form_decoded(pair.substr(0, at)), form_decoded(value));
  }
}

std::string Query::get(std::string_view name) const {
  const auto found = std::ranges::find(pairs_, name, &std::pair<std::string, std::string>::first);
  return found == pairs_.end() ? std::string() : found->second;
}

bool Query::has(std::string_view name) const {
  return std::ranges::find(pairs_, name, &std::pair<std::string, std::string>::first) !=
         pairs_.end();
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) {
      values.push_back(value);
    }
  }
  return values;
}

Answer<Route> find_route(const KindTable& kinds, std::string_view path) {
  Route route;
  route.path = std::string(path);
  RequestInfo info = read_path(path);
  if (!info.is_resource) {
    return route;
  }
  const bool built_in = is_built_in(kinds, info.group);
  const Kind* kind = kinds.find(info.group, info.version, info.plural);
  if (kind == nullptr || !fits(*kind, info)) {
    return refuse(built_in ? no_resource() : page_not_found());
  }
  if (!info.subresource.empty() && !has_subresource(*kind, info.subresource)) {
    return refuse(built_in ? no_resource() : not_found(info.group, info.plural, info.name));
  }
  if (!info.rest.empty() && info.subresource != "proxy") {
    return refuse(built_in ? no_resource() : page_not_found());
  }
  route.kind = kind;
  route.ns = kind->resource().namespaced ? std::move(info.ns) : std::string();
  route.name = std::move(info.name);
  route.subresource = std::move(info.subresource);
  route.rest = std::move(info.rest);
  route.watch = info.watch;
  return route;
}

std::pair<std::string_view, std::string_view> split_target(std::string_view target) {
  const std::size_t at = target.find('?');
  if (at == std::string_view::npos) {
    return {target, {}};
  }
  return {target.substr(0, at), target.substr(at + 1)};
}

}  // namespace cfkops::sandbox
