#include "reading.hpp"

#include "cfkops/kafka/state.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/kube/object.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

namespace cfkops::health {

namespace {

constexpr Duration kAsk = std::chrono::seconds(5);

std::vector<std::string> pods_of(const Snapshot& snapshot,
                                 const std::string& ns,
                                 const std::string& set) {
  for (const Json& one : snapshot.of(Part::StatefulSets)) {
    const kube::Object object(one);
    if (object.ns() == ns && object.name() == set) {
      return kafka::pod_names(object);
    }
  }
  return {};
}

/// It runs, and says that it is no controller.
bool is_broker_only(const kafka::ClusterGauges& gauges, const std::string& pod) {
  return std::any_of(gauges.brokers.begin(), gauges.brokers.end(), [&](const auto& broker) {
    return broker.pod == pod && broker.state == kafka::kRunning &&
           !broker.controller.value_or(true);
  });
}

Status read_namespace(kube::Reader& reader, const std::string& ns, Snapshot& snapshot) {
  CFKOPS_ASSIGN(const std::vector<kafka::Target> targets, kafka::find_targets(reader, ns));
  for (const kafka::Target& target : targets) {
    const std::vector<std::string> brokers = pods_of(snapshot, ns, target.broker_set);
    const std::vector<std::string> controllers = pods_of(snapshot, ns, target.controller_set);
    KafkaState state{.ns = ns, .name = target.name, .brokers = brokers.size()};
    // Without controllers of their own the brokers may be them.
    state.gauges =
        kafka::read_gauges(reader, ns, brokers, controllers.empty() ? brokers : controllers, kAsk);
    if (controllers.empty()) {
      std::erase_if(state.gauges.controllers, [&](const kafka::ControllerGauges& controller) {
        return controller.silence == kafka::kNoGauges &&
               is_broker_only(state.gauges, controller.pod);
      });
    }
    snapshot.kafka.push_back(std::move(state));
  }
  return {};
}

}  // namespace

void read_kafka(kube::Reader& reader, const ReadOptions& /*options*/, Snapshot& snapshot) {
  Source& source = snapshot.source(Part::Kafka);
  const Source& sets = snapshot.source(Part::StatefulSets);
  source.state = sets.state;
  source.error = sets.error;
  source.at = snapshot.now;
  std::set<std::string> namespaces;
  for (const Json& one : snapshot.of(Part::StatefulSets)) {
    const kube::Object set(one);
    if (kafka::role_of(set)) {
      namespaces.insert(set.ns());
    }
  }
  for (const std::string& ns : namespaces) {
    if (const Status read = read_namespace(reader, ns, snapshot); !read) {
      source.state = Source::State::Unknown;
      source.error = read.error();
    }
  }
  source.seen = snapshot.kafka.size();
}

}  // namespace cfkops::health
