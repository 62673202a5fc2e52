#include "api/scale_object.hpp"

#include "kinds/tabular.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kReplicas = ".spec.replicas";

std::vector<std::string> steps_of(std::string_view path) {
  std::vector<std::string> steps;
  if (path.starts_with('.')) {
    path.remove_prefix(1);
  }
  while (!path.empty()) {
    const std::size_t end = path.find('.');
    steps.emplace_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return steps;
}

const Value* find_dotted(const Value& object, std::string_view path) {
  const Value* at = &object;
  for (const std::string& step : steps_of(path)) {
    at = find(*at, {step});
    if (at == nullptr) {
      return nullptr;
    }
  }
  return at;
}

std::int64_t number_dotted(const Value& object, std::string_view path) {
  const Value* found = find_dotted(object, path);
  return found == nullptr ? 0 : number_at(*found, {});
}

std::string_view replicas_path(const Kind& kind) {
  const ScalePaths* paths = kind.scale_paths();
  return paths == nullptr ? kReplicas : std::string_view(paths->spec_replicas);
}

// Replication controllers have a plain map for a selector, whose text is the same.
std::string selector_of(const Kind& kind, const Value& object) {
  if (const ScalePaths* paths = kind.scale_paths(); paths != nullptr) {
    const Value* found = paths->selector.empty() ? nullptr : find_dotted(object, paths->selector);
    return found == nullptr ? std::string() : text_at(*found, {});
  }
  const Value* selector = find(object, {"spec", "selector"});
  const bool plain = kind.resource().plural == "replicationcontrollers";
  std::string text =
      plain ? labels_text(object_at(object, {"spec", "selector"})) : selector_text(selector);
  return text == "<none>" ? std::string() : text;
}

std::int64_t status_replicas(const Kind& kind, const Value& object) {
  const ScalePaths* paths = kind.scale_paths();
  return paths == nullptr ? number_at(object, {"status", "replicas"})
                          : number_dotted(object, paths->status_replicas);
}

}  // namespace

Value scale_of(const Kind& kind, const Value& object) {
  Value meta = Value::object();
  for (const std::string_view name :
       {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    if (const Value* value = find(object, {"metadata", name}); value != nullptr) {
      make_at(meta, {name}) = *value;
    }
  }
  Value spec = Value::object();
  if (const std::int64_t replicas = number_dotted(object, replicas_path(kind)); replicas != 0) {
    spec["replicas"] = replicas;
  }
  Value status = {{"replicas", status_replicas(kind, object)}};
  if (std::string selector = selector_of(kind, object); !selector.empty()) {
    status["selector"] = std::move(selector);
  }
  return {{"apiVersion", "autoscaling/v1"},
          {"kind", "Scale"},
          {"metadata", std::move(meta)},
          {"spec", std::move(spec)},
          {"status", std::move(status)}};
}

bool has_replicas(const Kind& kind, const Value& object) {
  return kind.scale_paths() == nullptr || find_dotted(object, replicas_path(kind)) != nullptr;
}

std::string replicas_fault(const Kind& kind, std::string_view why) {
  return fmt::format("the spec replicas field {} {}", go_quoted(replicas_path(kind)), why);
}

void set_replicas(const Kind& kind, Value& object, std::int64_t replicas) {
  Value* at = &object;
  for (const std::string& step : steps_of(replicas_path(kind))) {
    at = &make_at(*at, {step});
  }
  *at = replicas;
}

}  // namespace cfkops::sandbox
