#include "support/scripted_leases.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::test {
namespace {

using nlohmann::json;

const std::string kPrefix = "/apis/coordination.k8s.io/v1/namespaces/";

/// "confluent/cfkops-kafka-kafka" of "/…/namespaces/confluent/leases/cfkops-kafka-kafka?…"
std::string key_of(const std::string& target) {
  const std::string path = target.substr(kPrefix.size(), target.find('?') - kPrefix.size());
  const std::size_t slash = path.find('/');
  return path.substr(0, slash) + path.substr(path.rfind('/'));
}

Answer not_found(const std::string& key) {
  return refuse(404, "NotFound", "leases.coordination.k8s.io \"" + key + "\" not found");
}

}  // namespace

ScriptedLeases::ScriptedLeases(ScriptedTransport& transport) {
  transport.on("GET", kPrefix + "*").handle([this](const kube::Request& request) {
    return get(key_of(request.target));
  });
  transport.on("POST", kPrefix + "*").handle([this](const kube::Request& request) {
    return create(request);
  });
  transport.on("DELETE", kPrefix + "*").handle([this](const kube::Request& request) {
    return remove(key_of(request.target), request);
  });
  transport.on("PATCH", kPrefix + "*").handle([this](const kube::Request& request) {
    if (std::exchange(refuses_, false)) {
      return refuse(422, "Invalid", "a webhook has a bad moment");
    }
    return patch(key_of(request.target), request);
  });
}

json& ScriptedLeases::store(const std::string& key, json lease) {
  lease["metadata"]["resourceVersion"] = std::to_string(++version_);
  return leases_.insert_or_assign(key, std::move(lease)).first->second;
}

void ScriptedLeases::set_spec(const std::string& key, const json& spec) {
  json lease = leases_.contains(key) ? leases_.at(key)
                                     : json{{"apiVersion", "coordination.k8s.io/v1"},
                                            {"kind", "Lease"},
                                            {"metadata",
                                             {{"namespace", key.substr(0, key.find('/'))},
                                              {"name", key.substr(key.find('/') + 1)},
                                              {"uid", "uid-" + std::to_string(version_)}}},
                                            {"spec", json::object()}};
  lease["spec"].merge_patch(spec);
  store(key, std::move(lease));
}

void ScriptedLeases::annotate(const std::string& key,
                              const std::string& name,
                              const std::string& text) {
  set_spec(key, json::object());
  json lease = leases_.at(key);
  lease["metadata"]["annotations"][name] = text;
  store(key, std::move(lease));
}

std::string ScriptedLeases::annotation(const std::string& key, const std::string& name) const {
  const auto found = leases_.find(key);
  return found == leases_.end()
             ? ""
             : found->second.at("metadata").value("annotations", json::object()).value(name, "");
}

json ScriptedLeases::spec(const std::string& key) const {
  const auto found = leases_.find(key);
  return found == leases_.end() ? json() : found->second.at("spec");
}

std::string ScriptedLeases::holder(const std::string& key) const {
  const json found = spec(key);
  return found.is_object() ? found.value("holderIdentity", "") : "";
}

std::size_t ScriptedLeases::held() const {
  return static_cast<std::size_t>(
      std::count_if(leases_.begin(), leases_.end(), [](const auto& one) {
        return one.second.at("spec").contains("holderIdentity");
      }));
}

Answer ScriptedLeases::get(const std::string& key) const {
  const auto found = leases_.find(key);
  return found == leases_.end() ? not_found(key) : reply(200, found->second);
}

Answer ScriptedLeases::create(const kube::Request& request) {
  json lease = json::parse(request.body);
  const std::string name = lease.at("metadata").at("name").get<std::string>();
  const std::string key = lease.at("metadata").at("namespace").get<std::string>() + "/" + name;
  if (leases_.contains(key)) {
    return refuse(
        409, "AlreadyExists", "leases.coordination.k8s.io \"" + name + "\" already exists");
  }
  lease["metadata"]["uid"] = "uid-" + std::to_string(version_);
  return reply(201, store(key, std::move(lease)));
}

Answer ScriptedLeases::patch(const std::string& key, const kube::Request& request) {
  const auto found = leases_.find(key);
  if (found == leases_.end()) {
    return not_found(key);
  }
  const json change = json::parse(request.body);
  for (const char* field : {"uid", "resourceVersion"}) {
    const json& wanted = change.at("metadata").at(field);
    if (wanted != found->second.at("metadata").at(field)) {
      return refuse(409, "Conflict", "the object has been modified");
    }
  }
  json lease = found->second;
  lease.merge_patch(change);
  return reply(200, store(key, std::move(lease)));
}

Answer ScriptedLeases::remove(const std::string& key, const kube::Request& request) {
  const auto found = leases_.find(key);
  if (found == leases_.end()) {
    return not_found(key);
  }
  for (const auto& [field, wanted] : json::parse(request.body).at("preconditions").items()) {
    if (wanted != found->second.at("metadata").at(field)) {
      return refuse(409, "Conflict", "the " + field + " in the precondition does not match");
    }
  }
  leases_.erase(found);
  return reply(200, json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}});
}

}  // namespace cfkops::test
