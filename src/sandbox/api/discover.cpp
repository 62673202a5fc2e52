#include "api/discovery.hpp"
#include "api/handlers.hpp"
#include "api/open_api.hpp"
#include "kinds/custom_kind.hpp"

#include "cfkops/base/crypto.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace cfkops::sandbox {

namespace {

// The order that the aggregator's priorities give to the built-in groups.
constexpr std::array<std::string_view, 19> kGroups = {"apiregistration.k8s.io",
                                                      "apps",
                                                      "events.k8s.io",
                                                      "authentication.k8s.io",
                                                      "authorization.k8s.io",
                                                      "autoscaling",
                                                      "batch",
                                                      "certificates.k8s.io",
                                                      "networking.k8s.io",
                                                      "policy",
                                                      "rbac.authorization.k8s.io",
                                                      "storage.k8s.io",
                                                      "admissionregistration.k8s.io",
                                                      "apiextensions.k8s.io",
                                                      "scheduling.k8s.io",
                                                      "coordination.k8s.io",
                                                      "node.k8s.io",
                                                      "discovery.k8s.io",
                                                      "flowcontrol.apiserver.k8s.io"};

std::size_t rank(const std::string& group) {
  const auto* const found = std::ranges::find(kGroups, group);
  return static_cast<std::size_t>(found - kGroups.begin());
}

std::string group_version(std::string_view group, std::string_view version) {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

// The first eight bytes of a SHA-256 in base64, as the API server makes it of the stored kind.
std::string storage_hash(const KindTable& kinds, const Kind& kind) {
  const Kind* stored = kinds.of_bucket(kind.bucket());
  const Kind& one = stored == nullptr ? kind : *stored;
  const std::string hex = base::sha256_hex(one.resource().group + "/" + one.stored_version() + "/" +
                                           one.resource().kind);
  std::string bytes;
  const auto digit = [](char letter) { return letter >= 'a' ? letter - 'a' + 10 : letter - '0'; };
  for (std::size_t at = 0; at < 16; at += 2) {
    bytes += static_cast<char>(digit(hex[at]) * 16 + digit(hex[at + 1]));
  }
  return base::base64_encode(bytes);
}

Value resource_entry(const KindTable& kinds, const Kind& kind) {
  const KindNames& names = kind.names();
  Value entry = {{"name", names.resource.plural},
                 {"singularName", names.singular},
                 {"namespaced", names.resource.namespaced},
                 {"kind", names.resource.kind},
                 {"verbs", names.verbs}};
  if (!names.short_names.empty()) {
    entry["shortNames"] = names.short_names;
  }
  if (!names.categories.empty()) {
    entry["categories"] = names.categories;
  }
  if (std::ranges::find(names.verbs, "watch") != names.verbs.end()) {
    entry["storageVersionHash"] = storage_hash(kinds, kind);
  }
  return entry;
}

Value subresource_entry(const Kind& kind, const SubresourceNames& one) {
  const kube::Resource& resource = kind.resource();
  Value entry = {{"name", resource.plural + "/" + one.name},
                 {"singularName", ""},
                 {"namespaced", resource.namespaced},
                 {"kind", one.kind.empty() ? resource.kind : one.kind},
                 {"verbs", one.verbs}};
  if (!one.version.empty()) {
    entry["group"] = one.group;
    entry["version"] = one.version;
  }
  return entry;
}

Value resource_list(const KindTable& kinds, const std::string& group, const std::string& version) {
  Value resources = Value::array();
  for (const Kind* kind : served_kinds(kinds, group, version)) {
    resources.push_back(resource_entry(kinds, *kind));
    for (const SubresourceNames& one : listed_subresources(*kind)) {
      resources.push_back(subresource_entry(*kind, one));
    }
  }
  Value list = Value::object();
  list["kind"] = "APIResourceList";
  list["groupVersion"] = group_version(group, version);
  list["resources"] = std::move(resources);
  if (!group.empty()) {
    list["apiVersion"] = "v1";
  }
  return list;
}

Value version_entry(const std::string& group, const std::string& version) {
  Value entry = Value::object();
  entry["groupVersion"] = group_version(group, version);
  entry["version"] = version;
  return entry;
}

Value group_entry(const KindTable& kinds, const std::string& group) {
  const std::vector<std::string> served = served_versions(kinds, group);
  Value versions = Value::array();
  for (const std::string& version : served) {
    versions.push_back(version_entry(group, version));
  }
  Value entry = Value::object();
  entry["name"] = group;
  entry["versions"] = std::move(versions);
  entry["preferredVersion"] = version_entry(group, served.front());
  return entry;
}

Value group_list(const KindTable& kinds) {
  Value groups = Value::array();
  for (const std::string& group : served_groups(kinds)) {
    groups.push_back(group_entry(kinds, group));
  }
  Value list = Value::object();
  list["kind"] = "APIGroupList";
  list["apiVersion"] = "v1";
  list["groups"] = std::move(groups);
  return list;
}

Value core_versions() {
  Value address = Value::object();
  address["clientCIDR"] = "0.0.0.0/0";
  address["serverAddress"] = "127.0.0.1:6443";
  Value list = Value::object();
  list["kind"] = "APIVersions";
  list["versions"] = Value::array({"v1"});
  list["serverAddressByClientCIDRs"] = Value::array();
  list["serverAddressByClientCIDRs"].push_back(std::move(address));
  return list;
}

Value version_info() {
  Value info = Value::object();
  info["major"] = "1";
  info["minor"] = "34";
  info["emulationMajor"] = "1";
  info["emulationMinor"] = "34";
  info["minCompatibilityMajor"] = "1";
  info["minCompatibilityMinor"] = "33";
  info["gitVersion"] = "v1.34.4";
  info["gitCommit"] = "";
  info["gitTreeState"] = "clean";
  info["buildDate"] = "1970-01-01T00:00:00Z";
  info["goVersion"] = "";
  info["compiler"] = "gc";
  info["platform"] = "linux/amd64";
  return info;
}

/// Of what an API server counts: which one it is. There is no deprecated version here that somebody
/// could have asked for.
std::string metrics_text() {
  return "# HELP kubernetes_build_info [BETA] A metric with a constant '1' value labeled by major, "
         "minor, git version, git commit, git tree state, build date, Go version, and compiler "
         "from which Kubernetes was built, and platform on which it is running.\n"
         "# TYPE kubernetes_build_info gauge\n"
         "kubernetes_build_info{build_date=\"1970-01-01T00:00:00Z\",compiler=\"gc\",git_commit="
         "\"\","
         "git_tree_state=\"clean\",git_version=\"v1.34.4\",go_version=\"\",major=\"1\",minor="
         "\"34\","
         "platform=\"linux/amd64\"} 1\n";
}

Value root_paths(const KindTable& kinds) {
  Value paths =
      Value::array({"/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/"});
  std::vector<std::string> groups = served_groups(kinds);
  std::ranges::sort(groups);
  for (const std::string& group : groups) {
    const std::string path = "/apis/" + group;
    paths.push_back(path);
    for (const std::string& version : served_versions(kinds, group)) {
      paths.push_back(std::string(path).append("/").append(version));
    }
  }
  for (const char* const path : {"/healthz", "/livez", "/readyz", "/version"}) {
    paths.push_back(path);
  }
  Value root = Value::object();
  root["paths"] = std::move(paths);
  return root;
}

bool is_health(const std::string& path) {
  constexpr std::array<std::string_view, 6> kChecks = {
      "/healthz", "/livez", "/readyz", "/healthz/ping", "/livez/ping", "/readyz/ping"};
  return std::ranges::find(kChecks, path) != kChecks.end();
}

Answer<kube::Response> discover_group(const KindTable& kinds,
                                      Exchange& exchange,
                                      std::string_view rest) {
  const std::size_t at = rest.find('/');
  const std::string group(rest.substr(0, at));
  const std::vector<std::string> versions = served_versions(kinds, group);
  if (group.empty() || versions.empty()) {
    return refuse(page_not_found());
  }
  if (at == std::string_view::npos) {
    Value body = group_entry(kinds, group);
    body["kind"] = "APIGroup";
    body["apiVersion"] = "v1";
    return respond(exchange, 200, body);
  }
  const std::string version(rest.substr(at + 1));
  if (std::ranges::find(versions, version) == versions.end()) {
    return refuse(page_not_found());
  }
  return respond(exchange, 200, resource_list(kinds, group, version));
}

}  // namespace

std::vector<std::string> served_groups(const KindTable& kinds) {
  std::vector<std::string> groups;
  for (const Kind* kind : kinds.all()) {
    const std::string& group = kind->resource().group;
    if (!group.empty() && std::ranges::find(groups, group) == groups.end()) {
      groups.push_back(group);
    }
  }
  std::ranges::sort(groups);
  std::ranges::stable_sort(groups, {}, rank);
  return groups;
}

std::vector<std::string> served_versions(const KindTable& kinds, std::string_view group) {
  std::vector<std::string> versions;
  for (const Kind* kind : kinds.all()) {
    const kube::Resource& resource = kind->resource();
    if (resource.group == group &&
        std::ranges::find(versions, resource.version) == versions.end()) {
      versions.push_back(resource.version);
    }
  }
  std::ranges::sort(versions, [](const std::string& first, const std::string& second) {
    return compare_versions(first, second) > 0;
  });
  return versions;
}

std::vector<const Kind*> served_kinds(const KindTable& kinds,
                                      std::string_view group,
                                      std::string_view version) {
  std::vector<const Kind*> served;
  for (const Kind* kind : kinds.all()) {
    if (kind->resource().group == group && kind->resource().version == version) {
      served.push_back(kind);
    }
  }
  std::ranges::sort(served, {}, [](const Kind* kind) { return kind->resource().plural; });
  return served;
}

std::vector<SubresourceNames> listed_subresources(const Kind& kind) {
  std::vector<SubresourceNames> all = kind.subresources();
  if (!kind.is_defined()) {
    std::ranges::sort(all, {}, &SubresourceNames::name);
  }
  return all;
}

Answer<kube::Response> discover(Registry& registry, Exchange& exchange) {
  const KindTable& kinds = registry.kinds();
  std::string path = exchange.route.path;
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  if (exchange.request.method != "GET" && exchange.request.method != "HEAD") {
    return refuse(page_not_found());
  }
  if (is_health(path)) {
    // There is one check, that the server answers.
    const std::string check = path.substr(1, path.find('/', 1) - 1);
    return respond_text(exchange,
                        200,
                        exchange.query.has("verbose") && !path.ends_with("/ping")
                            ? "[+]ping ok\n" + check + " check passed\n"
                            : "ok");
  }
  if (path == "/metrics") {
    return respond_text(exchange, 200, metrics_text());
  }
  if (path == "/version") {
    return respond(exchange, 200, version_info());
  }
  if (path == "/") {
    return respond(exchange, 200, root_paths(kinds));
  }
  if (path == "/api" || path == "/apis") {
    const bool core = path == "/api";
    if (wants_aggregated(exchange)) {
      return aggregated(exchange, kinds, core);
    }
    return respond(exchange, 200, core ? core_versions() : group_list(kinds));
  }
  if (path == "/api/v1") {
    return respond(exchange, 200, resource_list(kinds, "", "v1"));
  }
  if (path.starts_with("/openapi/")) {
    return open_api(kinds, exchange, path);
  }
  constexpr std::string_view kGroupsPath = "/apis/";
  if (path.starts_with(kGroupsPath)) {
    return discover_group(kinds, exchange, std::string_view(path).substr(kGroupsPath.size()));
  }
  return refuse(page_not_found());
}

}  // namespace cfkops::sandbox
