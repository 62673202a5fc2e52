#include "world.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::test {
namespace {

const std::string kConfigMaps = "/api/v1/namespaces/confluent/configmaps/";
const std::string kPods = "/api/v1/namespaces/confluent/pods/";
const std::string kStatefulSets = "/apis/apps/v1/namespaces/confluent/statefulsets";

bool dry_run(const kube::Request& request) {
  return request.target.find("dryRun=All") != std::string::npos;
}

/// "a" of "/…/configmaps/a?dryRun=All"
std::string last_word(const std::string& target) {
  const std::string path = target.substr(0, target.find('?'));
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

World::World(ScriptedTransport& transport, const MemoryDisk& disk)
    : leases(transport),
      disk_(disk) {
  transport.on("GET", "/version")
      .reply(200, nlohmann::json{{"major", "1"}, {"minor", "34"}, {"gitVersion", "v1.34.4"}});
  transport.on("GET", "/api/v1/namespaces/kube-system")
      .reply(200,
             nlohmann::json{{"kind", "Namespace"},
                            {"metadata", {{"name", "kube-system"}, {"uid", "uid-cluster"}}}});
  transport.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
      .reply(201,
             nlohmann::json{{"kind", "SelfSubjectReview"},
                            {"status", {{"userInfo", {{"username", "ana"}}}}}});
  transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
      .reply(201,
             nlohmann::json{{"kind", "SelfSubjectAccessReview"}, {"status", {{"allowed", true}}}});
  transport.on("GET", "/api/v1/namespaces/kube-system")
      .reply(200,
             nlohmann::json{{"kind", "Namespace"},
                            {"metadata", {{"name", "kube-system"}, {"uid", "uid-cluster"}}}});
  transport.on("GET", kConfigMaps + "*").handle([this](const kube::Request& request) {
    return get(last_word(request.target));
  });
  transport.on("PATCH", kConfigMaps + "*").handle([this](const kube::Request& request) {
    return patch(last_word(request.target), request);
  });
  transport.on("POST", kPods + "*").handle([this](const kube::Request& request) {
    return evict(request.target, request);
  });
  transport.on("GET", kPods + "*").handle([this](const kube::Request& request) {
    const std::string name = last_word(request.target);
    return pods.contains(name)
               ? reply(200,
                       nlohmann::json{{"apiVersion", "v1"},
                                      {"kind", "Pod"},
                                      {"metadata", {{"name", name}, {"uid", "uid-" + name}}}})
               : refuse(404, "NotFound", "pods \"" + name + "\" not found");
  });
  transport.on("GET", kStatefulSets).handle([this](const kube::Request& /*request*/) {
    return list_stateful_sets();
  });
}

Answer World::get(const std::string& name) const {
  const auto found = values.find(name);
  if (found == values.end()) {
    return refuse(404, "NotFound", "configmaps \"" + name + "\" not found");
  }
  const auto version = versions_.find(name);
  const int number = version == versions_.end() ? 1 : version->second;
  return reply(200,
               nlohmann::json{{"apiVersion", "v1"},
                              {"kind", "ConfigMap"},
                              {"metadata",
                               {{"name", name},
                                {"namespace", "confluent"},
                                {"uid", "uid-" + name},
                                {"resourceVersion", std::to_string(number)}}},
                              {"data", {{"value", found->second}}}});
}

Answer World::patch(const std::string& name, const kube::Request& request) {
  if (denied.contains(name)) {
    return refuse(403, "Forbidden", "configmaps \"" + name + "\" is forbidden");
  }
  if (!values.contains(name)) {
    return refuse(404, "NotFound", "configmaps \"" + name + "\" not found");
  }
  const std::string value = nlohmann::json::parse(request.body).at("data").at("value");
  if (dry_run(request)) {
    return get(name);
  }
  note(name + "=" + value);
  values[name] = value;
  versions_[name] = versions_[name] + 2;
  return get(name);
}

Answer World::evict(const std::string& target, const kube::Request& request) {
  const std::string rest = target.substr(kPods.size());
  const std::string name = rest.substr(0, rest.find('/'));
  if (!pods.contains(name)) {
    return refuse(404, "NotFound", "pods \"" + name + "\" not found");
  }
  if (!dry_run(request)) {
    note("evict " + name);
    pods.erase(name);
  }
  return reply(201, nlohmann::json{{"kind", "Status"}, {"status", "Success"}});
}

Answer World::list_stateful_sets() const {
  nlohmann::json items = nlohmann::json::array();
  for (const std::string& name : stateful_sets) {
    items.push_back(
        {{"metadata", {{"name", name}, {"namespace", "confluent"}, {"uid", "uid-sts-" + name}}}});
  }
  return reply(200,
               nlohmann::json{{"kind", "StatefulSetList"},
                              {"metadata", {{"resourceVersion", "7"}}},
                              {"items", std::move(items)}});
}

void World::note(const std::string& change) {
  changes.push_back(change);
  // What a loss of power at this moment would leave: its last line must be this change's intent.
  const std::string on_disk = disk_.content.substr(0, disk_.synced);
  const std::size_t begin = on_disk.size() < 2 ? 0 : on_disk.rfind('\n', on_disk.size() - 2) + 1;
  if (on_disk.find("\"phase\":\"intent\"", begin) == std::string::npos) {
    unannounced.push_back(change);
  }
}

}  // namespace cfkops::test
