#include "identity.hpp"

#include "cfkops/kafka/jolokia.hpp"

#include <utility>

namespace cfkops::kafka {

namespace {

// A process has one of these beans for each role that it plays, from its start on.
constexpr std::string_view kServers = "kafka.server:type=*Server,name=ClusterId";

Result<Identity> identity_of(const std::string& body) {
  CFKOPS_ASSIGN(const Json beans, jolokia_value(body));
  Identity identity;
  for (const auto& [bean, attributes] : beans.members()) {
    const auto keys = key_properties(bean);
    const auto type = keys.find("type");
    if (type == keys.end()) {
      continue;
    }
    identity.broker = identity.broker || type->second == "KafkaServer";
    identity.controller = identity.controller || type->second == "ControllerServer";
    if (const std::string id = attributes.string_or("/Value", ""); !id.empty()) {
      identity.cluster_id = id;
    }
  }
  return identity;
}

}  // namespace

std::map<std::string, Result<Identity>> read_identities(kube::Reader& reader,
                                                        const std::string& ns,
                                                        const std::vector<std::string>& pods,
                                                        Duration timeout) {
  std::vector<kube::ReadRequest> requests;
  requests.reserve(pods.size());
  for (const std::string& pod : pods) {
    requests.push_back(jolokia_read(ns, pod, kServers, {"Value"}));
  }
  const auto answers = reader.batch(requests, timeout);
  std::map<std::string, Result<Identity>> identities;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    identities.emplace(
        pods[i], answers[i] ? identity_of(*answers[i]) : Result<Identity>(answers[i].error()));
  }
  return identities;
}

}  // namespace cfkops::kafka
