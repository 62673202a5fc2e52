#include "kafka/model.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kWorst = 20;

PartitionStory story_of(const KafkaPartition& partition, const PartitionAccount& account) {
  PartitionStory story;
  story.topic = partition.topic;
  story.number = partition.number;
  story.without_acks = account.without_acks;
  story.longest_gap = account.longest_gap;
  story.under_min_isr = account.under_min_isr;
  story.offline = account.offline_time;
  return story;
}

}  // namespace

void KafkaModel::touch(Index index) {
  touched_.insert(index);
}

/// Reckons anew what has been touched, once all that happens at a moment has happened.
void KafkaModel::commit() {
  while (!touched_.empty() || !unshared_.empty()) {
    for (const Index index : std::exchange(touched_, {})) {
      judge(index);
    }
    for (const int leader : std::exchange(unshared_, {})) {
      share(leader);
    }
  }
  account_cluster();
}

void KafkaModel::judge(Index index) {
  const KafkaPartition& partition = partitions_.at(index);
  const PartitionState& state = states_.at(index);
  const auto& members = partition.in_sync;
  const bool under = static_cast<int>(members.size()) < partition.min_isr;
  const bool appends = serves(partition.leader) && !under;
  const bool whole =
      std::all_of(members.begin(), members.end(), [&](int member) { return serves(member); });
  const bool behind = members.size() > 1 && state.paused_until > timeline_.now();
  const bool waits = std::any_of(state.copies.begin(), state.copies.end(), [](const auto& each) {
    return each.second.pausing;
  });
  const double growth = appends ? partition.records_per_second : 0;
  if (growth != state.growth) {
    set_growth(index, growth);
  }
  account(index, appends && whole && !behind && !waits, under, partition.leader < 0);
}

void KafkaModel::account(Index index, bool acks, bool under, bool offline) {
  PartitionAccount& account = states_.at(index).account;
  const MonoTime now = timeline_.now();
  account = accrued(index);
  cluster_.acking += static_cast<int>(acks) - static_cast<int>(account.acks);
  cluster_.under += static_cast<int>(under) - static_cast<int>(account.under);
  if (account.acks && !acks) {
    // Acks for no time at all do not end a gap.
    account.gap_from = account.gap_until == now ? account.gap_from : now;
  } else if (!account.acks && acks) {
    account.gap_until = now;
  }
  account.acks = acks;
  account.under = under;
  account.offline = offline;
}

/// As of now, with what is still open.
PartitionAccount KafkaModel::accrued(Index index) const {
  PartitionAccount account = states_.at(index).account;
  const MonoTime now = timeline_.now();
  const Duration elapsed = now - account.since;
  account.since = now;
  if (!account.acks) {
    account.without_acks += elapsed;
    account.longest_gap = std::max(account.longest_gap, now - account.gap_from);
  }
  account.under_min_isr += account.under ? elapsed : Duration::zero();
  account.offline_time += account.offline ? elapsed : Duration::zero();
  return account;
}

ClusterAccount KafkaModel::accrued_cluster() const {
  ClusterAccount account = cluster_;
  const MonoTime now = timeline_.now();
  account.under_time += account.any_under ? now - account.since : Duration::zero();
  account.since = now;
  if (account.gap) {
    account.longest_gap = std::max(account.longest_gap, now - account.gap_from);
  }
  return account;
}

void KafkaModel::account_cluster() {
  const MonoTime now = timeline_.now();
  cluster_ = accrued_cluster();
  const bool gap = cluster_.acking == 0 && !partitions_.empty();
  if (gap && !cluster_.gap) {
    cluster_.gap_from = cluster_.gap_until == now ? cluster_.gap_from : now;
  } else if (!gap && cluster_.gap) {
    cluster_.gap_until = now;
  }
  cluster_.gap = gap;
  cluster_.any_under = cluster_.under > 0;
  cluster_.most_under = std::max(cluster_.most_under, cluster_.under);
  cluster_.most_down = std::max(cluster_.most_down, brokers_down());
}

int KafkaModel::brokers_down() const {
  return static_cast<int>(std::count_if(nodes_.begin(), nodes_.end(), [](const auto& each) {
    return each.second.broker && each.second.phase != KafkaPhase::Running;
  }));
}

KafkaReport KafkaModel::report() const {
  const ClusterAccount cluster = accrued_cluster();
  KafkaReport report;
  report.ns = spec_.ns;
  report.name = spec_.name;
  report.partitions = static_cast<int>(partitions_.size());
  report.brokers = spec_.brokers;
  report.brokers_running = spec_.brokers - brokers_down();
  report.under_min_isr = cluster.under;
  report.most_under_min_isr = cluster.most_under;
  report.most_brokers_down = cluster.most_down;
  report.under_min_isr_time = cluster.under_time;
  report.longest_gap = cluster.longest_gap;
  report.restarts = cluster.restarts;
  for (Index index = 0; index < partitions_.size(); ++index) {
    const KafkaPartition& partition = partitions_.at(index);
    report.under_replicated += partition.in_sync.size() < partition.replicas.size() ? 1 : 0;
    const PartitionAccount account = accrued(index);
    if (account.longest_gap > Duration::zero()) {
      report.worst.push_back(story_of(partition, account));
    }
  }
  std::stable_sort(report.worst.begin(),
                   report.worst.end(),
                   [](const PartitionStory& one, const PartitionStory& other) {
                     return one.longest_gap > other.longest_gap;
                   });
  report.longest_partition_gap =
      report.worst.empty() ? Duration::zero() : report.worst.front().longest_gap;
  report.worst.resize(std::min(report.worst.size(), kWorst));
  return report;
}

void KafkaModel::reset_report() {
  const MonoTime now = timeline_.now();
  for (PartitionState& state : states_) {
    const PartitionAccount old = state.account;
    state.account = {};
    state.account.acks = old.acks;
    state.account.under = old.under;
    state.account.offline = old.offline;
    state.account.since = state.account.gap_from = now;
  }
  const ClusterAccount old = cluster_;
  cluster_ = {};
  cluster_.acking = old.acking;
  cluster_.under = old.under;
  cluster_.gap = old.gap;
  cluster_.any_under = old.any_under;
  cluster_.since = cluster_.gap_from = now;
  account_cluster();
}

}  // namespace cfkops::sandbox
