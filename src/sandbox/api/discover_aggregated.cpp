#include "api/accept.hpp"
#include "api/discovery.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

void set_list(Value& in, const char* name, const std::vector<std::string>& list) {
  if (!list.empty()) {
    in[name] = list;
  }
}

Value kind_value(std::string_view group, std::string_view version, std::string_view kind) {
  return {{"group", std::string(group)},
          {"version", std::string(version)},
          {"kind", std::string(kind)}};
}

Value subresource_value(const Kind& kind, const SubresourceNames& one) {
  const kube::Resource& resource = kind.resource();
  const bool defined = kind.is_defined() && one.version.empty();
  return {{"subresource", one.name},
          {"responseKind",
           kind_value(defined ? resource.group : one.group,
                      defined ? resource.version : one.version,
                      one.kind.empty() ? resource.kind : one.kind)},
          {"verbs", one.verbs}};
}

Value resource_value(const Kind& kind) {
  const KindNames& names = kind.names();
  const kube::Resource& resource = names.resource;
  // The built-in ones name their kind alone.
  const bool defined = kind.is_defined();
  Value value = {
      {"resource", resource.plural},
      {"responseKind",
       kind_value(defined ? resource.group : "", defined ? resource.version : "", resource.kind)},
      {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
      {"singularResource", names.singular},
      {"verbs", names.verbs}};
  set_list(value, "shortNames", names.short_names);
  set_list(value, "categories", names.categories);
  Value subresources = Value::array();
  for (const SubresourceNames& one : listed_subresources(kind)) {
    subresources.push_back(subresource_value(kind, one));
  }
  if (!subresources.empty()) {
    value["subresources"] = std::move(subresources);
  }
  return value;
}

Value group_value(const KindTable& kinds, const std::string& group) {
  Value versions = Value::array();
  for (const std::string& version : served_versions(kinds, group)) {
    Value resources = Value::array();
    for (const Kind* kind : served_kinds(kinds, group, version)) {
      resources.push_back(resource_value(*kind));
    }
    Value one = Value::object();
    one["version"] = version;
    one["resources"] = std::move(resources);
    one["freshness"] = "Current";
    versions.push_back(std::move(one));
  }
  Value value = Value::object();
  value["metadata"] = Value::object();
  if (!group.empty()) {
    value["metadata"]["name"] = group;
  }
  value["versions"] = std::move(versions);
  return value;
}

}  // namespace

bool wants_aggregated(const Exchange& exchange) {
  for (const AcceptClause& clause : read_accept(exchange.header("Accept"))) {
    if (!clause.takes("application/json")) {
      continue;
    }
    const auto parameter = [&clause](const char* name) {
      const auto found = clause.parameters.find(name);
      return found == clause.parameters.end() ? std::string() : found->second;
    };
    if (parameter("as").empty()) {
      return false;
    }
    if (parameter("g") == "apidiscovery.k8s.io" && parameter("v") == "v2" &&
        parameter("as") == "APIGroupDiscoveryList") {
      return true;
    }
  }
  return false;
}

kube::Response aggregated(const Exchange& exchange, const KindTable& kinds, bool core) {
  Value items = Value::array();
  if (core) {
    items.push_back(group_value(kinds, ""));
  } else {
    for (const std::string& group : served_groups(kinds)) {
      items.push_back(group_value(kinds, group));
    }
  }
  Value body = Value::object();
  body["kind"] = "APIGroupDiscoveryList";
  body["apiVersion"] = "apidiscovery.k8s.io/v2";
  body["metadata"] = Value::object();
  body["items"] = std::move(items);
  kube::Response response = respond(exchange, 200, body);
  response.headers.front().value =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return response;
}

}  // namespace cfkops::sandbox
