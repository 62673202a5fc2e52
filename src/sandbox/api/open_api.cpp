#include "api/open_api.hpp"

#include "api/discovery.hpp"
#include "api/open_api_schemas.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kRoot = "/openapi/v3";
constexpr std::string_view kOlder = "/openapi/v2";
constexpr std::string_view kOlderForm = "com.github.proto-openapi.spec.v2";

std::string version_path(std::string_view group, std::string_view version) {
  return group.empty() ? "api/" + std::string(version)
                       : "apis/" + std::string(group) + "/" + std::string(version);
}

Value parameter(const char* name) {
  Value value = Value::object();
  value["name"] = name;
  value["in"] = "query";
  value["schema"] = Value::object();
  value["schema"]["type"] = "string";
  return value;
}

Value patch_of(const kube::Resource& resource) {
  Value patch = Value::object();
  patch["parameters"] = Value::array();
  for (const char* const name : {"dryRun", "fieldManager", "fieldValidation"}) {
    patch["parameters"].push_back(parameter(name));
  }
  patch["requestBody"] = Value::object();
  patch["requestBody"]["content"] = Value::object();
  patch["requestBody"]["content"]["application/merge-patch+json"] = Value::object();
  patch["responses"] = Value::object();
  patch["x-kubernetes-group-version-kind"] = group_version_kind(resource);
  return patch;
}

std::string object_path(const kube::Resource& resource) {
  const std::string scope = resource.namespaced ? "/namespaces/{namespace}/" : "/";
  return "/" + version_path(resource.group, resource.version) + scope + resource.plural + "/{name}";
}

Value document(const std::vector<const Kind*>& kinds) {
  Value paths = Value::object();
  for (const Kind* kind : kinds) {
    const auto& verbs = kind->names().verbs;
    Value& path = paths[object_path(kind->resource())];
    if (std::ranges::find(verbs, "patch") != verbs.end()) {
      path["patch"] = patch_of(kind->resource());
    } else {
      path["post"] = Value::object();
      path["post"]["responses"] = Value::object();
      path["post"]["x-kubernetes-group-version-kind"] = group_version_kind(kind->resource());
    }
  }
  Value body = Value::object();
  body["openapi"] = "3.0.0";
  body["info"] = Value::object();
  body["info"]["title"] = "Kubernetes";
  body["info"]["version"] = "v1.34.4";
  body["paths"] = std::move(paths);
  body["components"] = Value::object();
  body["components"]["schemas"] = open_api_schemas(kinds);
  return body;
}

/// The older document in protobuf, without any type: kubectl reads it where a kind is unknown, and
/// leaves what is not in it to the server.
kube::Response without_types(const Exchange& exchange) {
  const std::string info = "\x0a\x0aKubernetes\x12\x07v1.34.4";
  kube::Response response = respond_text(exchange,
                                         200,
                                         "\x0a\x03"
                                         "2.0\x12" +
                                             std::string(1, static_cast<char>(info.size())) + info);
  response.headers.front().value = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  return response;
}

}  // namespace

Answer<kube::Response> open_api(const KindTable& kinds,
                                const Exchange& exchange,
                                std::string_view path) {
  std::vector<std::string> groups = served_groups(kinds);
  groups.insert(groups.begin(), "");
  Value root = Value::object();
  root["paths"] = Value::object();
  for (const std::string& group : groups) {
    for (const std::string& version : served_versions(kinds, group)) {
      const std::string own = version_path(group, version);
      const std::string full = std::string(kRoot) + "/" + own;
      if (path == full) {
        return respond(exchange, 200, document(served_kinds(kinds, group, version)));
      }
      root["paths"][own]["serverRelativeURL"] = full;
    }
  }
  if (path == kOlder && exchange.header("Accept").find(kOlderForm) != std::string_view::npos) {
    return without_types(exchange);
  }
  if (path != kRoot) {
    return refuse(page_not_found());
  }
  return respond(exchange, 200, root);
}

}  // namespace cfkops::sandbox
