#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace cfkops::health {

namespace {

using kafka::ControllerGauges;

constexpr std::int64_t kMostLagMs = 10'000;

/// Where something can fail as a whole, and what that is called.
struct Domains {
  const char* word;
  std::map<std::string, std::string> by_node;  ///< the domain of each node
};

/// Zones where there are some, else nodes.
Domains domains_of(const Snapshot& snapshot) {
  Domains zones{"zone", {}};
  Domains nodes{"node", {}};
  std::set<std::string> different;
  for (const auto& [name, node] : nodes_by_name(snapshot)) {
    const std::string zone = zone_of(node);
    nodes.by_node.emplace(name, name);
    zones.by_node.emplace(name, zone.empty() ? name : zone);
    if (!zone.empty()) {
      different.insert(zone);
    }
  }
  return different.size() > 1 ? zones : nodes;
}

/// The node of each controller's pod; nothing where one is not known.
std::optional<std::vector<std::string>> nodes_of_voters(const Snapshot& snapshot,
                                                        const KafkaState& kafka) {
  std::vector<std::string> nodes;
  for (const ControllerGauges& controller : kafka.gauges.controllers) {
    const auto pod = std::find_if(snapshot.pods.begin(), snapshot.pods.end(), [&](const Pod& one) {
      return one.ns == kafka.ns && one.name == controller.pod;
    });
    if (pod == snapshot.pods.end() || pod->node.empty()) {
      return std::nullopt;
    }
    nodes.push_back(pod->node);
  }
  return nodes;
}

void judge_voters(const Snapshot& snapshot,
                  const KafkaState& kafka,
                  const Domains& domains,
                  Judgement& judgement) {
  const auto nodes = nodes_of_voters(snapshot, kafka);
  if (!nodes || nodes->empty()) {
    judgement.unknown.push_back(cluster_text(kafka) + ": where its controllers run is not known");
    return;
  }
  std::map<std::string, std::size_t> count;
  for (const std::string& node : *nodes) {
    const auto domain = domains.by_node.find(node);
    ++count[domain == domains.by_node.end() ? node : domain->second];
  }
  for (const auto& [domain, voters] : count) {
    if (nodes->size() > 1 && 2 * voters > nodes->size()) {
      judgement.found.push_back({Severity::Warning,
                                 cluster_text(kafka),
                                 fmt::format("{} of {} controllers are in {} {}: none is left to "
                                             "decide without it",
                                             voters,
                                             nodes->size(),
                                             domains.word,
                                             domain),
                                 "spec.nodeName",
                                 domain});
    }
  }
}

/// No one thing takes more than half of the controllers with it.
Judgement voters_spread(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  const Domains domains = domains_of(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    if (domains.by_node.size() > 1) {
      judge_voters(snapshot, kafka, domains, judgement);
    }
  }
  return judgement;
}

void judge_metadata(const KafkaState& kafka,
                    const ControllerGauges& controller,
                    Judgement& judgement) {
  const std::string object = pod_text(kafka, controller.pod);
  if (!controller.metadata_errors || !controller.last_applied_lag_ms) {
    judgement.unknown.push_back(object + ": " +
                                (controller.silence.empty() ? "does not say" : controller.silence));
  }
  if (controller.metadata_errors.value_or(0) > 0) {
    judgement.found.push_back({Severity::Fail,
                               object,
                               "could not take over some of the cluster's metadata",
                               "KafkaController MetadataErrorCount",
                               std::to_string(*controller.metadata_errors)});
  }
  if (controller.last_applied_lag_ms.value_or(0) > kMostLagMs) {
    const std::chrono::milliseconds lag(*controller.last_applied_lag_ms);
    judgement.found.push_back(
        {Severity::Fail,
         object,
         "is behind with the cluster's metadata by " + base::human_duration(lag),
         "KafkaController LastAppliedRecordLagMs",
         std::to_string(lag.count())});
  }
}

Judgement metadata(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const ControllerGauges& controller : kafka.gauges.controllers) {
      judge_metadata(kafka, controller, judgement);
    }
    if (kafka.gauges.controllers.empty()) {
      judgement.unknown.push_back(cluster_text(kafka) +
                                  ": it is not known which its controllers are");
    }
  }
  return judgement;
}

constexpr std::array<Check, 2> kChecks = {{
    {"A11",
     "Would a majority of the controllers outlive any zone or node?",
     Severity::Warning,
     false,
     Parts(Part::Kafka, Part::Nodes, Part::Pods),
     "spread the controllers over three zones or nodes",
     voters_spread},
    {"A12",
     "Has every controller all of the cluster's metadata?",
     Severity::Fail,
     false,
     Parts(Part::Kafka),
     "look at its log for what it could not take over; restart it while the others are well",
     metadata},
}};

}  // namespace

std::span<const Check> quorum_checks() {
  return kChecks;
}

}  // namespace cfkops::health
