#include "kinds/tabular.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string joined_members(const Value& pod_template, std::string_view member) {
  std::vector<std::string> texts;
  for (const Value& container : list_at(pod_template, {"spec", "containers"})) {
    texts.push_back(text_at(container, {member}));
  }
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string requirement_text(const Value& expression) {
  std::string key = text_at(expression, {"key"});
  const std::string op = text_at(expression, {"operator"});
  std::vector<std::string> values;
  for (const Value& value : list_at(expression, {"values"})) {
    values.push_back(value.is_string() ? value.get<std::string>() : std::string());
  }
  std::ranges::sort(values);
  if (op == "Exists") {
    return key;
  }
  if (op == "DoesNotExist") {
    return "!" + key;
  }
  return fmt::format("{} {} ({})", key, op == "NotIn" ? "notin" : "in", fmt::join(values, ","));
}

}  // namespace

Column name_column() {
  return {"Name",
          "string",
          "name",
          "Name must be unique within a namespace. Is required when creating resources, although "
          "some resources may allow a client to request the generation of an appropriate name "
          "automatically. Name is primarily intended for creation idempotence and configuration "
          "definition. Cannot be updated. More info: "
          "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names",
          0};
}

Column created_column() {
  return {"Age",
          "string",
          "",
          "CreationTimestamp is a timestamp representing the server time when this object was "
          "created. It is not guaranteed to be set in happens-before order across separate "
          "operations. Clients may not set this value. It is represented in RFC3339 form and is in "
          "UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: "
          "https://git.k8s.io/community/contributors/devel/sig-architecture/"
          "api-conventions.md#metadata",
          0};
}

Column column(std::string name, std::string type, std::string description, int priority) {
  return {std::move(name), std::move(type), "", std::move(description), priority};
}

Column containers_column() {
  return column("Containers", "string", "Names of each container in the template.", 1);
}

Column images_column() {
  return column("Images", "string", "Images referenced by each container in the template.", 1);
}

std::string container_names(const Value& pod_template) {
  return joined_members(pod_template, "name");
}

std::string container_images(const Value& pod_template) {
  return joined_members(pod_template, "image");
}

std::string selector_text(const Value* selector) {
  if (selector == nullptr) {
    return "<none>";
  }
  // By key, as the selector keeps its requirements.
  std::multimap<std::string, std::string> parts;
  for (const auto& [key, value] : object_at(*selector, {"matchLabels"}).items()) {
    parts.emplace(key, key + "=" + (value.is_string() ? value.get<std::string>() : ""));
  }
  for (const Value& expression : list_at(*selector, {"matchExpressions"})) {
    parts.emplace(text_at(expression, {"key"}), requirement_text(expression));
  }
  std::vector<std::string> texts;
  for (const auto& [key, text] : parts) {
    texts.push_back(text);
  }
  return texts.empty() ? "<none>" : fmt::format("{}", fmt::join(texts, ","));
}

std::string labels_text(const Value& labels) {
  std::vector<std::string> texts;
  for (const auto& [key, value] : labels.items()) {
    texts.push_back(key + "=" + (value.is_string() ? value.get<std::string>() : ""));
  }
  return texts.empty() ? "<none>" : fmt::format("{}", fmt::join(texts, ","));
}

KindNames common_names(kube::Resource resource,
                       std::vector<std::string> short_names,
                       std::vector<std::string> categories) {
  KindNames names;
  names.singular = resource.kind;
  std::ranges::transform(names.singular, names.singular.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  names.list_kind = resource.kind + "List";
  names.resource = std::move(resource);
  names.short_names = std::move(short_names);
  names.categories = std::move(categories);
  names.verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
  return names;
}

SubresourceNames status_names(const std::string& kind) {
  return {"status", kind, {}, {}, {"get", "patch", "update"}};
}

SubresourceNames scale_names() {
  return {"scale", "Scale", "autoscaling", "v1", {"get", "patch", "update"}};
}

}  // namespace cfkops::sandbox
