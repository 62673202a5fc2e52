#include "bootstrap.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using Words = std::vector<std::string>;

const Words kRead = {"get", "list", "watch"};
const Words kWrite = {"create", "delete", "deletecollection", "patch", "update"};
const Words kReadWrite = {
    "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};

Value rule(const Words& verbs, const std::string& group, const Words& resources) {
  return {{"verbs", verbs}, {"apiGroups", Value::array({group})}, {"resources", resources}};
}

Value path_rule(const Words& paths) {
  return {{"verbs", Value::array({"get"})}, {"nonResourceURLs", paths}};
}

Value metadata(const std::string& name) {
  return {{"name", name},
          {"labels", {{"kubernetes.io/bootstrapping", "rbac-defaults"}}},
          {"annotations", {{"rbac.authorization.kubernetes.io/autoupdate", "true"}}}};
}

Value role(const std::string& name, Value rules) {
  return {{"metadata", metadata(name)}, {"rules", std::move(rules)}};
}

/// One whose rules are a part of another's.
Value part_of(const char* whole, Value part) {
  part["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-" + std::string(whole)] =
      "true";
  return part;
}

Value binding(const std::string& name, const std::string& of_role, const Words& groups) {
  constexpr const char* kGroup = "rbac.authorization.k8s.io";
  Value subjects = Value::array();
  for (const std::string& group : groups) {
    subjects.push_back({{"apiGroup", kGroup}, {"kind", "Group"}, {"name", group}});
  }
  return {{"metadata", metadata(name)},
          {"roleRef", {{"apiGroup", kGroup}, {"kind", "ClusterRole"}, {"name", of_role}}},
          {"subjects", std::move(subjects)}};
}

Value view_rules() {
  return Value::array(
      {rule(kRead,
            "",
            {"configmaps",
             "endpoints",
             "persistentvolumeclaims",
             "persistentvolumeclaims/status",
             "pods",
             "replicationcontrollers",
             "replicationcontrollers/scale",
             "serviceaccounts",
             "services",
             "services/status"}),
       rule(kRead,
            "",
            {"bindings",
             "events",
             "limitranges",
             "namespaces/status",
             "pods/log",
             "pods/status",
             "replicationcontrollers/status",
             "resourcequotas",
             "resourcequotas/status"}),
       rule(kRead, "", {"namespaces"}),
       rule(kRead, "discovery.k8s.io", {"endpointslices"}),
       rule(kRead,
            "apps",
            {"controllerrevisions",
             "daemonsets",
             "daemonsets/status",
             "deployments",
             "deployments/scale",
             "deployments/status",
             "replicasets",
             "replicasets/scale",
             "replicasets/status",
             "statefulsets",
             "statefulsets/scale",
             "statefulsets/status"}),
       rule(kRead, "autoscaling", {"horizontalpodautoscalers", "horizontalpodautoscalers/status"}),
       rule(kRead, "batch", {"cronjobs", "cronjobs/status", "jobs", "jobs/status"}),
       rule(kRead,
            "extensions",
            {"daemonsets",
             "daemonsets/status",
             "deployments",
             "deployments/scale",
             "deployments/status",
             "ingresses",
             "ingresses/status",
             "networkpolicies",
             "replicasets",
             "replicasets/scale",
             "replicasets/status",
             "replicationcontrollers/scale"}),
       rule(kRead, "policy", {"poddisruptionbudgets", "poddisruptionbudgets/status"}),
       rule(kRead, "networking.k8s.io", {"ingresses", "ingresses/status", "networkpolicies"}),
       rule(kRead,
            "resource.k8s.io",
            {"resourceclaims", "resourceclaims/status", "resourceclaimtemplates"})});
}

Value edit_rules() {
  return Value::array(
      {rule(kRead,
            "",
            {"pods/attach",
             "pods/exec",
             "pods/portforward",
             "pods/proxy",
             "secrets",
             "services/proxy"}),
       rule({"impersonate"}, "", {"serviceaccounts"}),
       rule(kWrite, "", {"pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"}),
       rule({"create"}, "", {"pods/eviction"}),
       rule(kWrite,
            "",
            {"configmaps",
             "events",
             "persistentvolumeclaims",
             "replicationcontrollers",
             "replicationcontrollers/scale",
             "secrets",
             "serviceaccounts",
             "services",
             "services/proxy"}),
       rule({"create"}, "", {"serviceaccounts/token"}),
       rule(kWrite,
            "apps",
            {"daemonsets",
             "deployments",
             "deployments/rollback",
             "deployments/scale",
             "replicasets",
             "replicasets/scale",
             "statefulsets",
             "statefulsets/scale"}),
       rule(kWrite, "autoscaling", {"horizontalpodautoscalers"}),
       rule(kWrite, "batch", {"cronjobs", "jobs"}),
       rule(kWrite,
            "extensions",
            {"daemonsets",
             "deployments",
             "deployments/rollback",
             "deployments/scale",
             "ingresses",
             "networkpolicies",
             "replicasets",
             "replicasets/scale",
             "replicationcontrollers/scale"}),
       rule(kWrite, "policy", {"poddisruptionbudgets"}),
       rule(kWrite, "networking.k8s.io", {"ingresses", "networkpolicies"}),
       rule(kReadWrite, "coordination.k8s.io", {"leases"}),
       rule(kWrite, "resource.k8s.io", {"resourceclaims", "resourceclaimtemplates"})});
}

Value admin_rules() {
  return Value::array({rule({"create"}, "authorization.k8s.io", {"localsubjectaccessreviews"}),
                       rule(kReadWrite, "rbac.authorization.k8s.io", {"rolebindings", "roles"})});
}

// What a real cluster's controller gathers from labels stands here as one list.
Value together(Value rules, const Value& more) {
  for (const Value& one : more) {
    rules.push_back(one);
  }
  return rules;
}

}  // namespace

Value default_roles() {
  const Value edit = together(edit_rules(), view_rules());
  Value all = rule({"*"}, "*", {"*"});
  Value all_paths = path_rule({"*"});
  all_paths["verbs"] = Value::array({"*"});
  return Value::array(
      {role("cluster-admin", Value::array({std::move(all), std::move(all_paths)})),
       role("admin", together(admin_rules(), edit)),
       part_of("admin", role("edit", edit)),
       part_of("edit", role("view", view_rules())),
       role("system:basic-user",
            Value::array({rule({"create"},
                               "authorization.k8s.io",
                               {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}),
                          rule({"create"}, "authentication.k8s.io", {"selfsubjectreviews"})})),
       role("system:discovery",
            Value::array({path_rule({"/api",
                                     "/api/*",
                                     "/apis",
                                     "/apis/*",
                                     "/healthz",
                                     "/livez",
                                     "/openapi",
                                     "/openapi/*",
                                     "/readyz",
                                     "/version",
                                     "/version/"})})),
       role("system:service-account-issuer-discovery",
            Value::array({path_rule({"/.well-known/openid-configuration",
                                     "/.well-known/openid-configuration/",
                                     "/openid/v1/jwks",
                                     "/openid/v1/jwks/"})})),
       role(
           "system:public-info-viewer",
           Value::array({path_rule({"/healthz", "/livez", "/readyz", "/version", "/version/"})}))});
}

Value default_role_bindings() {
  return Value::array(
      {binding("cluster-admin", "cluster-admin", {"system:masters"}),
       binding("kubeadm:cluster-admins", "cluster-admin", {"kubeadm:cluster-admins"}),
       binding("system:basic-user", "system:basic-user", {"system:authenticated"}),
       binding("system:discovery", "system:discovery", {"system:authenticated"}),
       binding("system:service-account-issuer-discovery",
               "system:service-account-issuer-discovery",
               {"system:serviceaccounts"}),
       binding("system:public-info-viewer",
               "system:public-info-viewer",
               {"system:authenticated", "system:unauthenticated"})});
}

}  // namespace cfkops::sandbox
