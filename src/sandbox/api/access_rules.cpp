#include "api/access_rules.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kRoles = "roles.rbac.authorization.k8s.io";
constexpr std::string_view kClusterRoles = "clusterroles.rbac.authorization.k8s.io";
constexpr std::string_view kRoleBindings = "rolebindings.rbac.authorization.k8s.io";
constexpr std::string_view kClusterRoleBindings = "clusterrolebindings.rbac.authorization.k8s.io";
constexpr std::string_view kEverybody = "system:authenticated";

struct DefaultRole {
  std::string name;
  Value rules;
};

Value rule_for(std::string_view group, std::vector<std::string> resources) {
  return {{"verbs", Value::array({"create"})},
          {"apiGroups", Value::array({group})},
          {"resources", std::move(resources)}};
}

Value urls_rule(std::vector<std::string> urls) {
  return {{"verbs", Value::array({"get"})}, {"nonResourceURLs", std::move(urls)}};
}

// The roles that every cluster gives to whoever has a name (bootstrappolicy).
std::vector<DefaultRole> default_roles() {
  std::vector<DefaultRole> roles;
  roles.push_back({"system:basic-user",
                   Value::array({rule_for("authorization.k8s.io",
                                          {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}),
                                 rule_for("authentication.k8s.io", {"selfsubjectreviews"})})});
  roles.push_back({"system:discovery",
                   Value::array({urls_rule({"/api",
                                            "/api/*",
                                            "/apis",
                                            "/apis/*",
                                            "/healthz",
                                            "/livez",
                                            "/openapi",
                                            "/openapi/*",
                                            "/readyz",
                                            "/version",
                                            "/version/"})})});
  roles.push_back(
      {"system:public-info-viewer",
       Value::array({urls_rule({"/healthz", "/livez", "/readyz", "/version", "/version/"})})});
  return roles;
}

bool in_group(const Caller& caller, std::string_view group) {
  return std::ranges::find(caller.groups, group) != caller.groups.end();
}

// How messages name a subject; "" where it is not the caller.
std::string subject_text(const Value& subject, const Caller& caller, std::string_view binding_ns) {
  const std::string kind = text_at(subject, {"kind"});
  const std::string name = text_at(subject, {"name"});
  if (kind == "ServiceAccount") {
    const std::string own = text_at(subject, {"namespace"});
    const std::string ns = own.empty() ? std::string(binding_ns) : own;
    if (ns.empty() || caller.user != fmt::format("system:serviceaccount:{}:{}", ns, name)) {
      return {};
    }
    return fmt::format("{} {}", kind, go_quoted(name + "/" + ns));
  }
  const bool same =
      (kind == "User" && name == caller.user) || (kind == "Group" && in_group(caller, name));
  return same ? fmt::format("{} {}", kind, go_quoted(name)) : std::string();
}

struct Visit {
  const Store& store;
  const Caller& caller;
  const RuleVisitor& visitor;
};

bool visit_all(const Visit& visit, const std::string& source, const Value& rules) {
  return std::ranges::all_of(rules, [&](const Value& rule) { return visit.visitor(source, rule); });
}

bool visit_binding(const Visit& visit, const Value& binding, std::string_view ns) {
  std::string subject;
  for (const Value& one : list_at(binding, {"subjects"})) {
    subject = subject_text(one, visit.caller, ns);
    if (!subject.empty()) {
      break;
    }
  }
  if (subject.empty()) {
    return true;
  }
  const std::string kind = text_at(binding, {"roleRef", "kind"});
  const std::string name = text_at(binding, {"roleRef", "name"});
  const bool local = kind == "Role";
  const Shared role = visit.store.get(
      {std::string(local ? kRoles : kClusterRoles), local ? std::string(ns) : std::string(), name});
  if (role == nullptr) {
    return true;
  }
  const std::string binding_name =
      ns.empty() ? name_of(binding) : name_of(binding) + "/" + std::string(ns);
  const std::string source = fmt::format("{} {} of {} {} to {}",
                                         ns.empty() ? "ClusterRoleBinding" : "RoleBinding",
                                         go_quoted(binding_name),
                                         kind,
                                         go_quoted(name),
                                         subject);
  return visit_all(visit, source, list_at(*role, {"rules"}));
}

bool visit_defaults(const Visit& visit) {
  if (!in_group(visit.caller, kEverybody)) {
    return true;
  }
  const std::vector<DefaultRole> roles = default_roles();
  return std::ranges::all_of(roles, [&visit](const DefaultRole& role) {
    const std::string name = go_quoted(role.name);
    const std::string source = fmt::format(
        "ClusterRoleBinding {} of ClusterRole {} to Group {}", name, name, go_quoted(kEverybody));
    return visit_all(visit, source, role.rules);
  });
}

}  // namespace

void visit_rules(const Registry& registry,
                 const Caller& caller,
                 std::string_view ns,
                 const RuleVisitor& visitor) {
  const Visit visit{registry.store(), caller, visitor};
  if (!visit_defaults(visit)) {
    return;
  }
  for (const Shared& binding : visit.store.list(kClusterRoleBindings)) {
    if (!visit_binding(visit, *binding, {})) {
      return;
    }
  }
  if (ns.empty()) {
    return;
  }
  for (const Shared& binding : visit.store.list(kRoleBindings, ns)) {
    if (!visit_binding(visit, *binding, ns)) {
      return;
    }
  }
}

}  // namespace cfkops::sandbox
