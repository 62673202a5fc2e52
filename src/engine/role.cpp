#include "cfkops/engine/role.hpp"

#include "cfkops/base/yaml_write.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <tuple>

namespace cfkops::engine {
namespace {

using nlohmann::json;

/// API group, resource with subresource, and the object's name or "".
using RuleKey = std::tuple<std::string, std::string, std::string>;
using Rules = std::map<RuleKey, std::set<std::string>>;

bool is_about_oneself(const kube::AccessQuestion& question) {
  return question.resource.plural.starts_with("selfsubject");
}

/// A request of this kind carries a name that authorization can look at.
bool has_name(const kube::AccessQuestion& question) {
  const bool collection = question.verb == "list" || question.verb == "watch" ||
                          (question.verb == "create" && question.subresource.empty());
  return !question.name.empty() && !collection;
}

json rules_json(const Rules& rules) {
  json list = json::array();
  for (const auto& [key, verbs] : rules) {
    const auto& [group, resource, name] = key;
    json rule = {{"apiGroups", {group}}, {"resources", {resource}}, {"verbs", verbs}};
    if (!name.empty()) {
      rule["resourceNames"] = {name};
    }
    list.push_back(std::move(rule));
  }
  return list;
}

json metadata(const std::string& name, const std::string& ns) {
  json made = {{"name", name}};
  if (!ns.empty()) {
    made["namespace"] = ns;
  }
  return made;
}

/// `ns` is "" for a ClusterRole.
json role(const std::string& name, const std::string& ns, const Rules& rules) {
  return {{"apiVersion", "rbac.authorization.k8s.io/v1"},
          {"kind", ns.empty() ? "ClusterRole" : "Role"},
          {"metadata", metadata(name, ns)},
          {"rules", rules_json(rules)}};
}

json binding(const std::string& name, const std::string& ns, const std::string& user) {
  const std::string kind = ns.empty() ? "ClusterRole" : "Role";
  return {{"apiVersion", "rbac.authorization.k8s.io/v1"},
          {"kind", kind + "Binding"},
          {"metadata", metadata(name, ns)},
          {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", kind}, {"name", name}}},
          {"subjects",
           json::array(
               {{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", user}}})}};
}

void add_document(std::string& text, const json& document) {
  text += text.empty() ? "" : "---\n";
  text += base::to_yaml(Json(document));
}

}  // namespace

std::string minimal_roles(std::span<const kube::AccessQuestion> questions,
                          const std::string& name,
                          const std::string& user) {
  std::map<std::string, Rules> by_namespace;
  for (const kube::AccessQuestion& question : questions) {
    if (is_about_oneself(question)) {
      continue;
    }
    const std::string resource =
        question.resource.plural + (question.subresource.empty() ? "" : "/" + question.subresource);
    const RuleKey key{
        question.resource.group, resource, has_name(question) ? question.name : std::string()};
    by_namespace[question.resource.namespaced ? question.ns : ""][key].insert(question.verb);
  }
  std::string text;
  for (const auto& [ns, rules] : by_namespace) {
    add_document(text, role(name, ns, rules));
    if (!user.empty()) {
      add_document(text, binding(name, ns, user));
    }
  }
  return text;
}

}  // namespace cfkops::engine
