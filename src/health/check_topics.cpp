#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>

namespace cfkops::health {

namespace {

using kafka::BrokerGauges;
using kafka::ControllerGauges;

constexpr std::int64_t kThree = 3;
constexpr double kImbalance = 0.1;
constexpr Duration kSettled = std::chrono::hours(1);

/// A topic that Kafka or Confluent keeps its own state in.
bool is_internal(const KafkaState& kafka, const std::string& topic) {
  constexpr std::array<std::string_view, 3> kBegins = {"__", "_confluent", "_schemas"};
  constexpr std::array<std::string_view, 3> kConnect = {"-offsets", "-configs", "-status"};
  const bool begins = std::any_of(kBegins.begin(), kBegins.end(), [&topic](std::string_view one) {
    return topic.starts_with(one);
  });
  // Of a Connect of Confluent's operator: "<namespace>.<name>-offsets". Of others
  // "connect-offsets".
  const bool of_connect =
      (topic.starts_with(kafka.ns + ".") || topic.starts_with("connect-")) &&
      std::any_of(kConnect.begin(), kConnect.end(), [&topic](std::string_view one) {
        return topic.ends_with(one);
      });
  return begins || of_connect;
}

/// What is to be told of topics, of each cluster at once: there may be many.
struct TopicRule {
  Severity severity;
  std::function<bool(const KafkaState&, const TopicState&)> holds;
  const char* words;  ///< behind "3 topics: "
  const char* field;
};

void judge_topics(const KafkaState& kafka, const TopicRule& rule, Judgement& judgement) {
  std::vector<std::string> names;
  for (const TopicState& topic : kafka.topics) {
    if (rule.holds(kafka, topic)) {
      names.push_back(topic.name);
    }
  }
  if (!names.empty()) {
    judgement.found.push_back(
        {rule.severity,
         cluster_text(kafka),
         fmt::format(
             "{} {}", base::counted(static_cast<long long>(names.size()), "topic"), rule.words),
         rule.field,
         base::enumerate(names)});
  }
}

Judgement judge_topics(const Snapshot& snapshot, const std::vector<TopicRule>& rules) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const TopicRule& rule : rules) {
      judge_topics(kafka, rule, judgement);
    }
    judgement.unknown.insert(
        judgement.unknown.end(), kafka.topics_unknown.begin(), kafka.topics_unknown.end());
  }
  return judgement;
}

Judgement margin(const Snapshot& snapshot) {
  return judge_topics(
      snapshot,
      {{Severity::Warning,
        [](const KafkaState&, const TopicState& topic) { return topic.no_margin > 0; },
        "with partitions that lack replicas and may lose no more",
        "Partition AtMinIsr"}});
}

/// With fewer brokers there cannot be three replicas, which is told of the cluster.
bool could_have_three(const KafkaState& kafka) {
  return kafka.brokers >= static_cast<std::size_t>(kThree);
}

Judgement replicas(const Snapshot& snapshot) {
  return judge_topics(
      snapshot,
      {{Severity::Warning,
        [](const KafkaState& kafka, const TopicState& topic) {
          return could_have_three(kafka) && !is_internal(kafka, topic.name) &&
                 topic.fewest_replicas < kThree;
        },
        "with fewer than three replicas",
        "Partition ReplicasCount"},
       {Severity::Warning,
        [](const KafkaState&, const TopicState& topic) { return topic.no_room > 0; },
        "of which no replica may be away: min.insync.replicas is all of them",
        "Partition AtMinIsr"}});
}

Judgement internal_replicas(const Snapshot& snapshot) {
  return judge_topics(snapshot,
                      {{Severity::Fail,
                        [](const KafkaState& kafka, const TopicState& topic) {
                          return could_have_three(kafka) && is_internal(kafka, topic.name) &&
                                 topic.fewest_replicas < kThree;
                        },
                        "of Kafka or Confluent itself with fewer than three replicas",
                        "Partition ReplicasCount"}});
}

/// All brokers have been up for so long that leaders had the time to go back; nothing where one
/// does not say.
std::optional<bool> is_settled(const Snapshot& snapshot, const KafkaState& kafka) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(snapshot.now.time_since_epoch())
          .count();
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(kSettled).count();
  bool settled = true;
  for (const BrokerGauges& broker : kafka.gauges.brokers) {
    if (!broker.start_time_ms) {
      return std::nullopt;
    }
    settled = settled && now - *broker.start_time_ms > limit;
  }
  return settled;
}

void judge_balance(const Snapshot& snapshot, const KafkaState& kafka, Judgement& judgement) {
  const ControllerGauges* controller = active_controller(kafka);
  if (controller == nullptr || !controller->partitions || !controller->not_preferred) {
    judgement.unknown.push_back(cluster_text(kafka) +
                                ": no active controller says how leaders are spread");
    return;
  }
  const auto all = static_cast<double>(*controller->partitions);
  const auto away = static_cast<double>(*controller->not_preferred);
  if (away <= kImbalance * all) {
    return;
  }
  const auto settled = is_settled(snapshot, kafka);
  if (!settled) {
    judgement.unknown.push_back(cluster_text(kafka) +
                                ": a broker does not say since when it is up");
  } else if (*settled) {
    judgement.found.push_back(
        {Severity::Warning,
         cluster_text(kafka),
         fmt::format("{} of the partitions are led by another broker than they should be",
                     percent(away, all)),
         "KafkaController PreferredReplicaImbalanceCount of " + controller->pod,
         fmt::format("{} of {}", *controller->not_preferred, *controller->partitions)});
  }
}

Judgement balance(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    judge_balance(snapshot, kafka, judgement);
  }
  return judgement;
}

Judgement moving(const Snapshot& snapshot) {
  Judgement judgement = begin_kafka(snapshot);
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const BrokerGauges& broker : kafka.gauges.brokers) {
      const std::string object = pod_text(kafka, broker.pod);
      if (!broker.reassigning) {
        judgement.unknown.push_back(object + ": " +
                                    (broker.silence.empty() ? "does not say" : broker.silence));
      } else if (*broker.reassigning > 0) {
        judgement.found.push_back(
            {Severity::Info,
             object,
             fmt::format("{} of the partitions that it leads are being moved", *broker.reassigning),
             "ReplicaManager ReassigningPartitions",
             std::to_string(*broker.reassigning)});
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 5> kChecks = {{
    {"A04",
     "May each partition lose a replica more?",
     Severity::Warning,
     false,
     Parts(Part::Kafka, Part::Topics),
     "stop no broker now; bring back what is missing: see A03",
     margin},
    {"A14",
     "Do the brokers lead what they should?",
     Severity::Warning,
     false,
     Parts(Part::Kafka),
     "elect the preferred leaders: kafka-leader-election --election-type PREFERRED",
     balance},
    {"A15",
     "Can every topic do without one of its brokers?",
     Severity::Warning,
     false,
     Parts(Part::Kafka, Part::Topics),
     "give them three replicas by a reassignment, and min.insync.replicas 2",
     replicas},
    {"A16",
     "Have Kafka's and Confluent's own topics three replicas?",
     Severity::Fail,
     false,
     Parts(Part::Kafka, Part::Topics),
     "give them three replicas by a reassignment before any broker stops",
     internal_replicas},
    {"A18",
     "Are no partitions being moved?",
     Severity::Info,
     false,
     Parts(Part::Kafka),
     "wait until that is done before a broker stops",
     moving},
}};

}  // namespace

std::span<const Check> topic_checks() {
  return kChecks;
}

}  // namespace cfkops::health
