#include "kafka_gate.hpp"

#include "kafka_set.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using kafka::GateVerdict;
using Answer = GateVerdict::Answer;

int badness(Answer answer) {
  return answer == Answer::Yes ? 0 : answer == Answer::Unknown ? 1 : 2;
}

std::optional<std::int64_t> start_time(const kafka::ClusterGauges& gauges, const std::string& pod) {
  for (const kafka::BrokerGauges& broker : gauges.brokers) {
    if (broker.pod == pod) {
      return broker.start_time_ms;
    }
  }
  return std::nullopt;
}

bool only_its_sidecar_is_stuck(const kafka::Member& member, const std::string& revision) {
  return is_outdated(member, revision) && !kube::pod_stuck(member.object).empty() &&
         main_container_runs(member);
}

void judge_pods(const std::vector<std::string>& wanted,
                const std::vector<kafka::Member>& members,
                const std::string& revision,
                GateVerdict& verdict) {
  const auto no = [&](std::string reason) {
    verdict.answer = Answer::No;
    verdict.reasons.push_back(std::move(reason));
  };
  for (const std::string& pod : wanted) {
    const auto found = std::find_if(
        members.begin(), members.end(), [&](const auto& member) { return member.pod == pod; });
    if (found == members.end()) {
      no("pod " + pod + " is not there");
    } else if (found->object.deleting()) {
      no("pod " + pod + " is terminating");
    } else if (!found->ready && !only_its_sidecar_is_stuck(*found, revision)) {
      no(fmt::format("pod {} is not Ready: {}", pod, kube::pod_trouble(found->object)));
    }
  }
}

}  // namespace

GateVerdict tables_are_whole(const kafka::ClusterGauges& gauges,
                             const kafka::PartitionTable& table) {
  GateVerdict verdict{.answer = Answer::Yes};
  for (const kafka::BrokerGauges& broker : gauges.brokers) {
    const auto read = table.by_pod.find(broker.pod);
    if (read == table.by_pod.end() || !broker.partitions) {
      continue;  // may_stop_broker and replication_is_full speak of these
    }
    if (std::ssize(read->second) < *broker.partitions) {
      verdict.answer = Answer::Unknown;
      verdict.reasons.push_back(fmt::format("{} hosts {} partitions, but told of {}",
                                            broker.pod,
                                            *broker.partitions,
                                            read->second.size()));
    }
  }
  return verdict;
}

void merge(GateVerdict& into, GateVerdict other) {
  if (other.answer != Answer::Yes) {
    const bool first = into.answer == Answer::Yes;
    into.waiver = first || into.waiver == other.waiver ? other.waiver : "";
    into.waived.merge(other.waived);
  }
  if (badness(other.answer) > badness(into.answer)) {
    into.answer = other.answer;
  }
  if (!other.summary.empty()) {
    into.summary += (into.summary.empty() ? "" : "; ") + other.summary;
  }
  for (std::string& reason : other.reasons) {
    if (std::find(into.reasons.begin(), into.reasons.end(), reason) == into.reasons.end()) {
      into.reasons.push_back(std::move(reason));
    }
  }
}

std::string reasons_text(const GateVerdict& verdict, std::size_t max) {
  std::string text;
  for (std::size_t i = 0; i < std::min(max, verdict.reasons.size()); ++i) {
    text += (i == 0 ? "" : "; ") + verdict.reasons[i];
  }
  if (verdict.reasons.size() > max) {
    text += fmt::format("; and {} more", verdict.reasons.size() - max);
  }
  return text.empty() ? verdict.summary : text;
}

std::vector<std::string> missing_partitions(kube::Reader& reader,
                                            const KafkaCluster& cluster,
                                            std::size_t max) {
  const kafka::PartitionTable table = kafka::read_partitions(
      reader, cluster.target.ns, cluster.broker_pods, kafka::Detail::Sync, kPollTimeout);
  std::vector<std::pair<int, std::string>> missing;
  for (const auto& [pod, partitions] : table.by_pod) {
    for (const auto& [partition, reading] : partitions) {
      if (reading.leads() && (reading.under_replicated || reading.under_min_isr)) {
        missing.emplace_back(
            reading.in_sync - reading.replicas,
            fmt::format("{}: {} of {} in sync (leader {}){}",
                        partition.text(),
                        reading.in_sync,
                        reading.replicas,
                        pod,
                        reading.under_min_isr ? ", under min.insync.replicas" : ""));
      }
    }
  }
  std::sort(missing.begin(), missing.end());
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < std::min(max, missing.size()); ++i) {
    lines.push_back(missing[i].second);
  }
  if (missing.size() > max) {
    lines.push_back(fmt::format("and {} more partitions", missing.size() - max));
  }
  return lines;
}

GateVerdict pods_are_ready(const KafkaCluster& cluster, const RollMembers& members) {
  GateVerdict verdict{.answer = Answer::Yes};
  judge_pods(cluster.broker_pods, members.brokers, cluster.broker_revision, verdict);
  judge_pods(cluster.controller_pods, members.controllers, cluster.controller_revision, verdict);
  return verdict;
}

GateLook RollGate::look(const RollEntry& entry) const {
  GateLook look;
  look.since = reader_.loop().clock().now();
  const Result<RollMembers> members = read_members(reader_, cluster_);
  if (reader_.loop().stop_due()) {
    look.error = reader_.loop().cancelled();
    return look;
  }
  if (!members) {
    if (patience_.may_heal(members.error())) {
      look.verdict = not_known("the pods cannot be read: " + members.error().message);
    } else {
      look.error = members.error();
    }
    return look;
  }
  patience_.answered();
  const kafka::Member* member = members->find(entry.pod);
  look.uid = member == nullptr ? "" : member->uid;
  SetLook sets = look_at_sets(reader_, cluster_, entry.pod, patience_);
  look.revision = sets.revision;
  look.error = sets.error;
  const kafka::ClusterGauges gauges = read_gauges(reader_, cluster_);
  if (entry.stuck && member != nullptr && process_is_down(*member, gauges)) {
    look.verdict = {.answer = Answer::Yes, .summary = "it is down already"};
  } else {
    look.verdict = std::move(sets.at_rest);
    judge(entry, *members, gauges, look);
  }
  if (reader_.loop().stop_due()) {
    look.error = reader_.loop().cancelled();
  }
  return look;
}

void RollGate::judge(const RollEntry& entry,
                     const RollMembers& members,
                     const kafka::ClusterGauges& gauges,
                     GateLook& look) const {
  merge(look.verdict, pods_are_ready(cluster_, members));
  look.active_controller = active_controller(gauges);
  look.start_time_ms = start_time(gauges, entry.pod);
  GateVerdict known = controllers_are_known(cluster_);
  look.in_doubt = !known.yes();
  merge(look.verdict, std::move(known));
  merge(look.verdict, replication_is_full(cluster_, gauges));
  if (!gauges.controllers.empty()) {
    merge(look.verdict, kafka::quorum_is_whole(gauges));
  }
  if (find_controller(gauges, entry.pod) != nullptr || entry.role == kafka::Role::Controller) {
    merge(look.verdict, kafka::may_stop_controller(gauges, entry.pod));
  }
  // The partitions cost a pattern read per broker: only when all the rest is well.
  if (entry.role == kafka::Role::Broker && look.verdict.yes()) {
    judge_partitions(entry.pod, gauges, look);
  }
}

void RollGate::judge_partitions(const std::string& pod,
                                const kafka::ClusterGauges& gauges,
                                GateLook& look) const {
  const kafka::PartitionTable table = kafka::read_partitions(
      reader_, cluster_.target.ns, cluster_.broker_pods, kafka::Detail::Sync, kPollTimeout);
  merge(look.verdict, tables_are_whole(gauges, table));
  merge(look.verdict, kafka::may_stop_broker(table, pod, waived_topics_));
  const auto own = table.by_pod.find(pod);
  if (own == table.by_pod.end()) {
    return;
  }
  for (const auto& [partition, reading] : own->second) {
    look.hosted.insert(partition);
  }
}

}  // namespace cfkops::actions
