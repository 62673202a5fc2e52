#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/gates.hpp"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <optional>

namespace cfkops::health {

namespace {

using kafka::BrokerGauges;
using kafka::ControllerGauges;

void not_told(const KafkaState& kafka,
              const std::string& pod,
              const std::string& silence,
              Judgement& judgement) {
  judgement.unknown.push_back(pod_text(kafka, pod) + ": " +
                              (silence.empty() ? "does not say" : silence));
}

using Gauge = std::optional<std::int64_t> BrokerGauges::*;

/// What is to be 0 on every broker.
struct Zero {
  Gauge gauge;
  Severity severity;
  const char* bean;
  const char* words;  ///< "of the partitions that it leads are …"
};

Judgement all_zero(const Snapshot& snapshot, const Zero& zero) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const BrokerGauges& broker : kafka.gauges.brokers) {
      const std::optional<std::int64_t> value = broker.*zero.gauge;
      if (!value) {
        not_told(kafka, broker.pod, broker.silence, judgement);
      } else if (*value > 0) {
        judgement.found.push_back({zero.severity,
                                   pod_text(kafka, broker.pod),
                                   fmt::format("{} {}", *value, zero.words),
                                   zero.bean,
                                   std::to_string(*value)});
      }
    }
  }
  return judgement;
}

void no_active(const KafkaState& kafka, Judgement& judgement) {
  judgement.unknown.push_back(cluster_text(kafka) +
                              ": no controller that answers says that it is the active one");
}

Judgement offline_partitions(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    const ControllerGauges* controller = active_controller(kafka);
    if (controller == nullptr || !controller->offline_partitions) {
      no_active(kafka, judgement);
    } else if (*controller->offline_partitions > 0) {
      judgement.found.push_back(
          {Severity::Critical,
           cluster_text(kafka),
           base::counted(*controller->offline_partitions, "partition") + " without a leader",
           "KafkaController OfflinePartitionsCount of " + controller->pod,
           std::to_string(*controller->offline_partitions)});
    }
  }
  return judgement;
}

Judgement under_min_isr(const Snapshot& snapshot) {
  return all_zero(snapshot,
                  {&BrokerGauges::under_min_isr,
                   Severity::Critical,
                   "ReplicaManager UnderMinIsrPartitionCount",
                   "of the partitions that it leads refuse acks=all"});
}

Judgement under_replicated(const Snapshot& snapshot) {
  return all_zero(snapshot,
                  {&BrokerGauges::under_replicated,
                   Severity::Fail,
                   "ReplicaManager UnderReplicatedPartitions",
                   "of the partitions that it leads lack replicas in sync"});
}

Judgement registered(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    const ControllerGauges* controller = active_controller(kafka);
    if (controller == nullptr || !controller->active_brokers || !controller->fenced_brokers) {
      no_active(kafka, judgement);
      continue;
    }
    if (*controller->fenced_brokers > 0) {
      judgement.found.push_back(
          {Severity::Fail,
           cluster_text(kafka),
           base::counted(*controller->fenced_brokers, "broker") + " registered, but fenced",
           "KafkaController FencedBrokerCount of " + controller->pod,
           std::to_string(*controller->fenced_brokers)});
    }
    if (*controller->active_brokers != static_cast<std::int64_t>(kafka.brokers)) {
      judgement.found.push_back({Severity::Fail,
                                 cluster_text(kafka),
                                 fmt::format("{} of {} brokers are registered and active",
                                             *controller->active_brokers,
                                             kafka.brokers),
                                 "KafkaController ActiveBrokerCount of " + controller->pod,
                                 std::to_string(*controller->active_brokers)});
    }
  }
  return judgement;
}

Judgement running(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const BrokerGauges& broker : kafka.gauges.brokers) {
      if (!broker.state) {
        not_told(kafka, broker.pod, broker.silence, judgement);
      } else if (*broker.state != kafka::kRunning) {
        judgement.found.push_back(
            {Severity::Fail,
             pod_text(kafka, broker.pod),
             *broker.state == 2 ? "reads its logs after an unclean end"
                                : fmt::format("is in state {}, not running (3)", *broker.state),
             "KafkaServer BrokerState",
             std::to_string(*broker.state)});
      }
    }
  }
  return judgement;
}

Judgement log_dirs(const Snapshot& snapshot) {
  return all_zero(snapshot,
                  {&BrokerGauges::offline_log_dirs,
                   Severity::Critical,
                   "LogManager OfflineLogDirectoryCount",
                   "of its log directories are offline"});
}

Judgement one_active(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    std::size_t count = 0;
    bool all_told = !kafka.gauges.controllers.empty();
    for (const ControllerGauges& controller : kafka.gauges.controllers) {
      count += controller.active.value_or(false) ? 1U : 0U;
      if (!controller.active) {
        all_told = false;
        not_told(kafka, controller.pod, controller.silence, judgement);
      }
    }
    if (kafka.gauges.controllers.empty()) {
      judgement.unknown.push_back(cluster_text(kafka) +
                                  ": it is not known which its controllers are");
    }
    if (count > 1 || (count == 0 && all_told)) {
      judgement.found.push_back({Severity::Critical,
                                 cluster_text(kafka),
                                 base::counted(static_cast<long long>(count), "active controller"),
                                 "KafkaController ActiveControllerCount",
                                 std::to_string(count)});
    }
  }
  return judgement;
}

/// One leader that all know, in one epoch, and nobody far behind.
Judgement quorum(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    const kafka::GateVerdict verdict = kafka::quorum_is_whole(kafka.gauges);
    for (const std::string& reason : verdict.reasons) {
      if (verdict.answer == kafka::GateVerdict::Answer::No) {
        judgement.found.push_back(
            {Severity::Fail, cluster_text(kafka), reason, "raft-metrics", verdict.summary});
      } else if (!verdict.yes()) {
        judgement.unknown.push_back(cluster_text(kafka) + ": " + reason);
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 8> kChecks = {{
    {"A01",
     "Has every partition a leader?",
     Severity::Critical,
     false,
     Parts(Part::Kafka),
     "bring the brokers of these partitions back: see A06",
     offline_partitions},
    {"A02",
     "Have all partitions at least min.insync.replicas?",
     Severity::Critical,
     false,
     Parts(Part::Kafka),
     "producers with acks=all are refused now: bring the missing brokers back",
     under_min_isr},
    {"A03",
     "Are all replicas in sync?",
     Severity::Fail,
     false,
     Parts(Part::Kafka),
     "wait for a broker that catches up; look at disk and network of one that does not",
     under_replicated},
    {"A05",
     "Are all brokers registered and active?",
     Severity::Fail,
     false,
     Parts(Part::Kafka),
     "look at the log of the broker that is missing or fenced",
     registered},
    {"A06",
     "Is every broker running?",
     Severity::Fail,
     false,
     Parts(Part::Kafka),
     "recovery takes time with many segments; do not restart it",
     running},
    {"A07",
     "Are all log directories online?",
     Severity::Critical,
     false,
     Parts(Part::Kafka),
     "look at the volume: full, or gone; then restart the broker",
     log_dirs},
    {"A08",
     "Is there exactly one active controller?",
     Severity::Critical,
     false,
     Parts(Part::Kafka),
     "look at the quorum: kafka-metadata-quorum describe --status",
     one_active},
    {"A10",
     "Do the controllers agree on one leader, and have all caught up?",
     Severity::Fail,
     false,
     Parts(Part::Kafka),
     "bring the controller that is away or behind back before any other stops",
     quorum},
}};

}  // namespace

std::span<const Check> kafka_checks() {
  return kChecks;
}

}  // namespace cfkops::health
