#include "cfkops/engine/role.hpp"

#include "cfkops/base/yaml_write.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace cfkops::engine {
namespace {

using nlohmann::json;

/// API group, resource with subresource or the path of what is none, and the object's name or "".
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

std::string resource_of(const kube::AccessQuestion& question) {
  return question.resource.plural +
         (question.subresource.empty() ? "" : "/" + question.subresource);
}

/// The namespace of the role that it goes into, or "" for a ClusterRole.
std::string scope_of(const kube::AccessQuestion& question) {
  return question.resource.namespaced ? question.ns : "";
}

std::string name_in_rule(const kube::AccessQuestion& question) {
  return has_name(question) ? question.name : "";
}

/// Who may do what `wide` asks for may do the other as well, which is not the same.
bool covers(const kube::AccessQuestion& wide, const kube::AccessQuestion& narrow) {
  const std::string name = name_in_rule(wide);
  const std::string ns = scope_of(wide);
  const bool narrower =
      (name.empty() && !name_in_rule(narrow).empty()) || (ns.empty() && !scope_of(narrow).empty());
  return narrower && wide.path.empty() && wide.verb == narrow.verb &&
         wide.resource.group == narrow.resource.group && resource_of(wide) == resource_of(narrow) &&
         (ns.empty() || ns == scope_of(narrow)) && (name.empty() || name == name_in_rule(narrow));
}

json rules_json(const Rules& rules) {
  json list = json::array();
  for (const auto& [key, verbs] : rules) {
    const auto& [group, resource, name] = key;
    if (resource.starts_with('/')) {
      list.push_back({{"nonResourceURLs", {resource}}, {"verbs", verbs}});
      continue;
    }
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
    const bool covered = std::ranges::any_of(
        questions, [&](const kube::AccessQuestion& wide) { return covers(wide, question); });
    if (is_about_oneself(question) || covered) {
      continue;
    }
    const RuleKey key{question.resource.group,
                      question.path.empty() ? resource_of(question) : question.path,
                      name_in_rule(question)};
    by_namespace[scope_of(question)][key].insert(question.verb);
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
