// Whether partitions are safe, and stay so when one broker stops. Pure.
//
// The classes of a partition p with replicas R, in-sync replicas I and effective
// min.insync.replicas m, when broker b, which hosts a replica, stops; the first that fits counts:
//
//   1. UNKNOWN               no broker that answered leads p (it may also be offline): blocks
//   2. RF1                   |R| = 1: offline while b is down; only with the topic waived
//   3. UNROLLABLE            m = |R|: acks=all fails while b is down; only with the topic waived
//   4. UNDER_MIN_NOW         |I| < m: blocks
//   5. WOULD_OFFLINE         |I| = 1 and |R| > 1: b may be the last one in sync: blocks
//   6. WOULD_STOP_ACKS_ALL   |I| = m < |R|: blocks (b might be one of I; only its leader knows)
//   7. NOT_IN_SYNC           |I| < |R|: blocks (who left has not come back yet)
//   8. otherwise p keeps at least m in-sync replicas without b.
//
// Property kept: the answer is Yes only if the leader of every partition that b hosts was read and
// none of 1 to 7 holds for it; what could not be read never counts as good.

#include "findings.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/gates.hpp"

#include <fmt/core.h>

#include <utility>

namespace cfkops::kafka {

namespace {

/// Adds a count that must be zero; `what` follows the number: "under-replicated partitions".
void must_be_zero(const std::optional<std::int64_t>& count,
                  const std::string& pod,
                  std::string_view what,
                  Findings& findings) {
  if (!count) {
    findings.unknown(fmt::format("{} does not tell its {}", pod, what));
  } else if (*count != 0) {
    findings.wrong(fmt::format("{} reports {} {}", pod, *count, what));
  }
}

std::string_view state_name(int state) {
  switch (state) {
    case 0:
      return "not running";
    case 1:
      return "starting";
    case 2:
      return "recovering its logs";
    case kRunning:
      return "running";
    case 6:
      return "about to shut down";
    case 7:
      return "shutting down";
    default:
      return "in an unknown state";
  }
}

void judge_broker(const BrokerGauges& broker, Findings& findings) {
  if (!broker.answered()) {
    findings.unknown(fmt::format("{} does not answer: {}", broker.pod, broker.silence));
    return;
  }
  if (!broker.state) {
    findings.unknown(fmt::format("{} does not tell its state", broker.pod));
  } else if (*broker.state != kRunning) {
    findings.wrong(fmt::format(
        "{} is {} (BrokerState {})", broker.pod, state_name(*broker.state), *broker.state));
  }
  must_be_zero(broker.under_replicated, broker.pod, "under-replicated partitions", findings);
  must_be_zero(broker.under_min_isr, broker.pod, "partitions under min.insync.replicas", findings);
  must_be_zero(broker.offline_replicas, broker.pod, "offline replicas", findings);
  must_be_zero(broker.offline_log_dirs, broker.pod, "offline log directories", findings);
  if (!broker.partitions) {  // an empty table of partitions would prove nothing
    findings.unknown(broker.pod + " does not tell how many partitions it hosts");
  }
}

/// The word of the active controller on the cluster.
void judge_active(const ControllerGauges& active,
                  std::size_t brokers_expected,
                  Findings& findings) {
  must_be_zero(active.offline_partitions, active.pod, "partitions without a leader", findings);
  must_be_zero(active.fenced_brokers, active.pod, "fenced brokers", findings);
  const auto expected = static_cast<std::int64_t>(brokers_expected);
  if (!active.active_brokers) {
    findings.unknown(active.pod + " does not tell how many brokers are active");
  } else if (*active.active_brokers < expected) {
    findings.wrong(fmt::format(
        "{} counts {} of {} brokers active", active.pod, *active.active_brokers, expected));
  } else if (*active.active_brokers > expected) {
    findings.unknown(fmt::format("{} counts {} active brokers, but only {} are looked at",
                                 active.pod,
                                 *active.active_brokers,
                                 expected));
  }
}

void judge_controllers(const ClusterGauges& gauges,
                       std::size_t brokers_expected,
                       std::size_t controllers_expected,
                       Findings& findings) {
  std::vector<const ControllerGauges*> active;
  for (const ControllerGauges& controller : gauges.controllers) {
    if (!controller.answered()) {
      findings.unknown(fmt::format("{} does not answer: {}", controller.pod, controller.silence));
    } else if (!controller.active) {
      findings.unknown(controller.pod + " does not tell whether it is the active controller");
    } else if (*controller.active) {
      active.push_back(&controller);
    }
  }
  if (gauges.controllers.size() < controllers_expected) {
    findings.wrong(
        fmt::format("{} of {} controllers exist", gauges.controllers.size(), controllers_expected));
  }
  if (active.size() == 1) {
    judge_active(*active.front(), brokers_expected, findings);
  } else {
    findings.wrong(active.empty()
                       ? "no controller is active"
                       : fmt::format("{} controllers say that they are active", active.size()));
  }
}

std::int64_t sum(const std::vector<BrokerGauges>& brokers,
                 std::optional<std::int64_t> BrokerGauges::*gauge) {
  std::int64_t total = 0;
  for (const BrokerGauges& broker : brokers) {
    total += (broker.*gauge).value_or(0);
  }
  return total;
}

std::string summary_of(const ClusterGauges& gauges, std::size_t brokers_expected) {
  std::size_t running = 0;
  for (const BrokerGauges& broker : gauges.brokers) {
    running += broker.state == kRunning ? 1U : 0U;
  }
  return fmt::format(
      "{} of {} partitions under-replicated, {} under min.insync.replicas, {} of {} brokers "
      "running",
      sum(gauges.brokers, &BrokerGauges::under_replicated),
      sum(gauges.brokers, &BrokerGauges::leaders),
      sum(gauges.brokers, &BrokerGauges::under_min_isr),
      running,
      brokers_expected);
}

/// What stopping a broker would mean for one partition that it hosts, or "" when nothing.
struct Risk {
  std::string text;
  bool waivable = false;
};

Risk risk_of(const PartitionReading& leader) {
  if (leader.replicas == 1) {
    return {"has one replica only: it would be offline (RF1)", true};
  }
  if (leader.at_min_isr && !leader.under_replicated) {
    return {fmt::format("needs all {} replicas in sync: acks=all would fail (UNROLLABLE)",
                        leader.replicas),
            true};
  }
  const std::string counts =
      fmt::format("{} of {} replicas in sync", leader.in_sync, leader.replicas);
  if (leader.under_min_isr) {
    return {counts + ", fewer than min.insync.replicas (UNDER_MIN_NOW)", false};
  }
  if (leader.in_sync <= 1) {
    return {counts + ": it could be offline (WOULD_OFFLINE)", false};
  }
  if (leader.at_min_isr) {
    return {counts + ", just min.insync.replicas: acks=all could fail (WOULD_STOP_ACKS_ALL)",
            false};
  }
  if (leader.in_sync < leader.replicas) {
    return {counts + ": another has not come back yet (NOT_IN_SYNC)", false};
  }
  return {};
}

std::string no_leader(const PartitionTable& table, const TopicPartition& partition) {
  std::string text = partition.text() + ": no broker that answered leads it";
  for (const auto& [pod, why] : table.silent) {
    text += fmt::format("; {} does not answer: {}", pod, why);
  }
  return text;
}

}  // namespace

GateVerdict replication_is_full(const ClusterGauges& gauges,
                                std::size_t brokers_expected,
                                std::size_t controllers_expected) {
  Findings findings;
  if (brokers_expected == 0) {
    findings.unknown("there are no brokers to ask");
  }
  if (gauges.brokers.size() < brokers_expected) {
    findings.wrong(fmt::format("{} of {} brokers exist", gauges.brokers.size(), brokers_expected));
  }
  for (const BrokerGauges& broker : gauges.brokers) {
    judge_broker(broker, findings);
  }
  if (controllers_expected > 0) {
    judge_controllers(gauges, brokers_expected, controllers_expected, findings);
  }
  return std::move(findings).verdict(summary_of(gauges, brokers_expected));
}

GateVerdict may_stop_broker(const PartitionTable& table,
                            const std::string& pod,
                            const std::set<std::string>& waived_topics) {
  Findings findings;
  const auto own = table.by_pod.find(pod);
  if (own == table.by_pod.end()) {
    const auto why = table.silent.find(pod);
    findings.unknown(pod + " does not tell which partitions it hosts" +
                     (why == table.silent.end() ? "" : ": " + why->second));
    return std::move(findings).verdict(pod + " was not read");
  }
  bool waivable = true;
  std::size_t waived = 0;
  std::set<std::string> to_waive = waived_topics;
  for (const auto& [partition, reading] : own->second) {
    const PartitionReading* leader = table.leader_of(partition);
    if (leader == nullptr) {
      findings.unknown(no_leader(table, partition));
      waivable = false;
      continue;
    }
    const Risk risk = risk_of(*leader);
    if (risk.text.empty()) {
      continue;
    }
    if (risk.waivable && waived_topics.contains(partition.topic)) {
      ++waived;
      continue;
    }
    findings.wrong(partition.text() + " " + risk.text);
    waivable = waivable && risk.waivable;
    to_waive.insert(partition.topic);
  }
  std::string summary =
      fmt::format("{} hosts {}", pod, base::counted(std::ssize(own->second), "partition"));
  if (waived > 0) {
    summary += fmt::format(", {} of them waived", waived);
  }
  GateVerdict verdict = std::move(findings).verdict(std::move(summary));
  if (verdict.answer == GateVerdict::Answer::No && waivable) {
    verdict.waiver = "waiver_topics";
    verdict.waived = std::move(to_waive);
  }
  return verdict;
}

std::string GateVerdict::permit() const {
  const std::vector<std::string> values(waived.begin(), waived.end());
  return waiver.empty() ? "" : waiver + "=" + base::join(values, ",");
}

}  // namespace cfkops::kafka
