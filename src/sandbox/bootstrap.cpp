#include "bootstrap.hpp"

#include "cfkops/base/check.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";

WriteOptions as_server(std::string_view subresource = {}) {
  WriteOptions options;
  options.caller.user = "system:apiserver";
  options.caller.groups = {"system:masters", "system:authenticated"};
  options.caller.agent = "kube-apiserver/v1.34.4";
  options.manager = "kube-apiserver";
  options.subresource = subresource;
  return options;
}

void create(Registry& registry, const Kind& kind, std::string_view ns, Value object) {
  object["apiVersion"] = kind.resource().api_version();
  object["kind"] = kind.resource().kind;
  if (kind.resource().namespaced) {
    make_at(object, {"metadata", "namespace"}) = std::string(ns);
  }
  const Answer<Shared> created = registry.create(kind, ns, std::move(object), as_server());
  CFKOPS_CHECK(created.has_value());
}

const Kind& kind_of(const Registry& registry, std::string_view api_version, std::string_view kind) {
  const Kind* found = registry.kinds().find_kind(api_version, kind);
  CFKOPS_CHECK(found != nullptr);
  return *found;
}

void make_namespaces(Registry& registry) {
  const Kind& kind = kind_of(registry, "v1", "Namespace");
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    create(registry, kind, {}, {{"metadata", {{"name", name}}}});
  }
}

void make_component_statuses(Registry& registry) {
  const Kind& kind = kind_of(registry, "v1", "ComponentStatus");
  for (const char* name : {"controller-manager", "etcd-0", "scheduler"}) {
    create(registry,
           kind,
           {},
           {{"metadata", {{"name", name}}},
            {"conditions",
             Value::array({{{"type", "Healthy"}, {"status", "True"}, {"message", "ok"}}})}});
  }
}

// The service under which pods reach the API, and where it really is.
void make_own_service(Registry& registry) {
  create(
      registry,
      kind_of(registry, "v1", "Service"),
      "default",
      {{"metadata",
        {{"name", "kubernetes"},
         {"labels", {{"component", "apiserver"}, {"provider", "kubernetes"}}}}},
       {"spec",
        {{"clusterIP", "10.96.0.1"},
         {"clusterIPs", Value::array({"10.96.0.1"})},
         {"type", "ClusterIP"},
         {"sessionAffinity", "None"},
         {"ports",
          Value::array(
              {{{"name", "https"}, {"protocol", "TCP"}, {"port", 443}, {"targetPort", 6443}}})}}}});
  create(registry,
         kind_of(registry, "discovery.k8s.io/v1", "EndpointSlice"),
         "default",
         {{"metadata",
           {{"name", "kubernetes"}, {"labels", {{"kubernetes.io/service-name", "kubernetes"}}}}},
          {"addressType", "IPv4"},
          {"endpoints",
           Value::array(
               {{{"addresses", Value::array({"10.0.0.1"})}, {"conditions", {{"ready", true}}}}})},
          {"ports", Value::array({{{"name", "https"}, {"protocol", "TCP"}, {"port", 6443}}})}});
}

void make_priority_classes(Registry& registry) {
  const Kind& kind = kind_of(registry, "scheduling.k8s.io/v1", "PriorityClass");
  create(registry,
         kind,
         {},
         {{"metadata", {{"name", "system-node-critical"}}},
          {"value", 2000001000},
          {"description",
           "Used for system critical pods that must not be moved from their current node."}});
  create(registry,
         kind,
         {},
         {{"metadata", {{"name", "system-cluster-critical"}}},
          {"value", 2000000000},
          {"description",
           "Used for system critical pods that must run in the cluster, but can be moved to "
           "another node if necessary."}});
}

void make_roles(Registry& registry) {
  constexpr std::string_view kGroup = "rbac.authorization.k8s.io/v1";
  const Kind& role = kind_of(registry, kGroup, "ClusterRole");
  for (const Value& one : default_roles()) {
    create(registry, role, {}, one);
  }
  const Kind& binding = kind_of(registry, kGroup, "ClusterRoleBinding");
  for (const Value& one : default_role_bindings()) {
    create(registry, binding, {}, one);
  }
}

// A new node is tainted until it is ready; these are.
Answer<Value> without_taint(const Shared& current) {
  Value node = *current;
  Value taints = Value::array();
  for (const Value& taint : list_at(node, {"spec", "taints"})) {
    if (text_at(taint, {"key"}) != kNotReady) {
      taints.push_back(taint);
    }
  }
  if (taints.empty()) {
    erase_at(node, {"spec", "taints"});
  } else {
    make_at(node, {"spec", "taints"}) = std::move(taints);
  }
  return node;
}

/// Creates one, then reports its status, then takes the taint away.
Answer<void> add_node(Registry& registry, const Kind& kind, Value node) {
  const std::string name = name_of(node);
  const Value status = object_at(node, {"status"});
  node["apiVersion"] = kind.resource().api_version();
  node["kind"] = kind.resource().kind;
  if (auto created = registry.create(kind, {}, std::move(node), as_server()); !created) {
    return refuse(std::move(created.error()));
  }
  const auto with_status = [&status](const Shared& current) -> Answer<Value> {
    Value fresh = *current;
    make_at(fresh, {"status"}) = status;
    return fresh;
  };
  if (auto told = registry.update(kind, {}, name, with_status, as_server("status")); !told) {
    return refuse(std::move(told.error()));
  }
  if (auto freed = registry.update(kind, {}, name, without_taint, as_server()); !freed) {
    return refuse(std::move(freed.error()));
  }
  return {};
}

}  // namespace

Answer<void> add_nodes(Registry& registry, const Value& nodes) {
  const Kind& kind = kind_of(registry, "v1", "Node");
  for (const Value& node : nodes) {
    if (auto added = add_node(registry, kind, node); !added) {
      return added;
    }
  }
  return {};
}

void bootstrap(Registry& registry, Nodes nodes) {
  make_namespaces(registry);
  make_priority_classes(registry);
  make_roles(registry);
  make_own_service(registry);
  make_component_statuses(registry);
  if (nodes == Nodes::Three) {
    CFKOPS_CHECK(add_nodes(registry, default_nodes(registry.timestamp())).has_value());
  }
}

}  // namespace cfkops::sandbox
