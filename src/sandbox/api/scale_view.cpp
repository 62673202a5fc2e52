#include "api/scale_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

// The members of a path like ".spec.replicas".
std::vector<std::string> split_path(std::string_view path) {
  if (path.starts_with('.')) {
    path.remove_prefix(1);
  }
  std::vector<std::string> names;
  while (true) {
    const std::size_t dot = path.find('.');
    names.emplace_back(path.substr(0, dot));
    if (dot == std::string_view::npos) {
      return names;
    }
    path.remove_prefix(dot + 1);
  }
}

const Value* find_path(const Value& object, std::string_view path) {
  const Value* found = &object;
  for (const std::string& name : split_path(path)) {
    found = find(*found, {name});
    if (found == nullptr) {
      return nullptr;
    }
  }
  return found;
}

std::int64_t count_at(const Value& object, std::string_view path) {
  const Value* found = find_path(object, path);
  return found != nullptr && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string shown_selector(const Kind& kind, const Value& object) {
  if (const ScalePaths* paths = kind.scale_paths(); paths != nullptr) {
    const Value* found = paths->selector.empty() ? nullptr : find_path(object, paths->selector);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
  }
  const Value& selector = object_at(object, {"spec", "selector"});
  if (kind.resource().plural == "replicationcontrollers") {
    return selector_text({{"matchLabels", selector}});
  }
  return selector_text(selector);
}

std::string requirement_text(const Value& requirement) {
  std::string key = text_at(requirement, {"key"});
  const std::string op = text_at(requirement, {"operator"});
  if (op == "Exists") {
    return key;
  }
  if (op == "DoesNotExist") {
    return "!" + key;
  }
  std::vector<std::string> values;
  for (const Value& value : list_at(requirement, {"values"})) {
    values.push_back(value.is_string() ? value.get<std::string>() : std::string());
  }
  std::ranges::sort(values);
  return fmt::format("{} {} ({})", key, op == "NotIn" ? "notin" : "in", fmt::join(values, ","));
}

}  // namespace

Value scale_of(const Kind& kind, const Value& object) {
  Value scale = {{"apiVersion", "autoscaling/v1"},
                 {"kind", "Scale"},
                 {"metadata", Value::object()},
                 {"spec", Value::object()}};
  for (const char* const name :
       {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const Value* found = find(object, {"metadata", name}); found != nullptr) {
      scale["metadata"][name] = *found;
    }
  }
  if (const std::int64_t wanted = count_at(object, replicas_path(kind)); wanted != 0) {
    scale["spec"]["replicas"] = wanted;
  }
  const ScalePaths* paths = kind.scale_paths();
  scale["status"] = {
      {"replicas",
       count_at(object, paths == nullptr ? ".status.replicas" : paths->status_replicas)}};
  if (std::string selector = shown_selector(kind, object); !selector.empty()) {
    scale["status"]["selector"] = std::move(selector);
  }
  return scale;
}

bool has_replicas(const Kind& kind, const Value& object) {
  return kind.scale_paths() == nullptr || find_path(object, replicas_path(kind)) != nullptr;
}

std::string replicas_path(const Kind& kind) {
  const ScalePaths* paths = kind.scale_paths();
  return paths == nullptr ? ".spec.replicas" : paths->spec_replicas;
}

void set_replicas(const Kind& kind, std::int64_t replicas, Value& object) {
  Value* place = &object;
  for (const std::string& name : split_path(replicas_path(kind))) {
    if (!place->is_object()) {
      *place = Value::object();
    }
    place = &(*place)[name];
  }
  *place = replicas;
}

std::string selector_text(const Value& selector) {
  std::vector<std::pair<std::string, std::string>> terms;
  for (const auto& [key, value] : object_at(selector, {"matchLabels"}).items()) {
    terms.emplace_back(key, key + "=" + (value.is_string() ? value.get<std::string>() : ""));
  }
  for (const Value& requirement : list_at(selector, {"matchExpressions"})) {
    terms.emplace_back(text_at(requirement, {"key"}), requirement_text(requirement));
  }
  std::ranges::stable_sort(terms, {}, &std::pair<std::string, std::string>::first);
  std::string text;
  for (const auto& [key, term] : terms) {
    text += (text.empty() ? "" : ",") + term;
  }
  return text;
}

}  // namespace cfkops::sandbox
