#include "kafka/model.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using std::chrono::milliseconds;

/// A replica is at the leader's end once so little is left.
constexpr double kNothingLeft = 0.5;

/// Of producers: what has waited longer than their delivery time-out is given up.
constexpr Duration kKept = std::chrono::seconds(120);

/// A replica whose share of what a leader sends is less than so many times its partition's traffic
/// is still on its way when the high watermark begins to wait for it.
constexpr double kAmpleShare = 4;

/// Rounded up, so that what is due is never found to be a little short.
Duration from_seconds(double seconds) {
  constexpr double kMost = 1e7;
  constexpr double kMillis = 1e3;
  const double bounded = std::clamp(seconds, 0.0, kMost);
  return milliseconds(static_cast<std::int64_t>(std::ceil(bounded * kMillis)));
}

}  // namespace

std::int64_t KafkaModel::log_end(const KafkaPartition& partition, int node) const {
  const std::optional<Index> index = index_of(partition);
  const auto& replicas = partition.replicas;
  if (!index || std::find(replicas.begin(), replicas.end(), node) == replicas.end()) {
    return 0;
  }
  const auto& copies = states_.at(*index).copies;
  const auto copy = copies.find(node);
  const double end = copy == copies.end() ? leader_end(*index) : copy_end(*index, copy->second);
  return static_cast<std::int64_t>(end);
}

std::optional<KafkaModel::Index> KafkaModel::index_of(const KafkaPartition& partition) const {
  // Most often it is one of `partitions`, not a copy of one.
  const KafkaPartition* first = partitions_.data();
  if (std::less_equal<>()(first, &partition) &&
      std::less<>()(&partition, first + partitions_.size())) {
    return static_cast<Index>(&partition - first);
  }
  const auto found =
      std::find_if(partitions_.begin(), partitions_.end(), [&](const KafkaPartition& each) {
        return each.number == partition.number && each.topic == partition.topic;
      });
  if (found == partitions_.end()) {
    return std::nullopt;
  }
  return static_cast<Index>(found - partitions_.begin());
}

double KafkaModel::leader_end(Index index) const {
  const PartitionState& state = states_.at(index);
  return state.end + state.growth * base::in_seconds(timeline_.now() - state.at);
}

double KafkaModel::copy_end(Index index, const ReplicaCopy& copy) const {
  const double end = leader_end(index);
  if (copy.caught_up) {
    return end;
  }
  return std::min(end, copy.end + copy.rate * base::in_seconds(timeline_.now() - copy.at));
}

bool KafkaModel::fetches(Index index, int node) const {
  const int leader = partitions_.at(index).leader;
  if (!serves(leader) || !serves(node) || nodes_.at(node).never_catches_up) {
    return false;
  }
  return processes_.at(node).fetches_from <= timeline_.now() &&
         states_.at(index).paused_until <= timeline_.now();
}

/// What producers could not send they send when they can.
void KafkaModel::set_growth(Index index, double growth) {
  const double traffic = partitions_.at(index).records_per_second;
  PartitionState& state = states_.at(index);
  state.end = leader_end(index);
  state.at = timeline_.now();
  state.growth = growth;
  if (growth <= 0) {
    state.refused_from = timeline_.now();
  } else if (state.refused_from) {
    const Duration refused = std::min(timeline_.now() - *state.refused_from, kKept);
    state.end += traffic * base::in_seconds(refused);
    state.refused_from.reset();
  }
  unshared_.insert(partitions_.at(index).leader);
}

void KafkaModel::bring_forward(Index index, ReplicaCopy& copy) {
  copy.end = copy_end(index, copy);
  copy.at = timeline_.now();
}

/// It stays at what it has, until it fetches.
void KafkaModel::freeze_copy(Index index, int node) {
  PartitionState& state = states_.at(index);
  const auto [found, is_new] = state.copies.try_emplace(node);
  ReplicaCopy& copy = found->second;
  if (is_new) {
    copy.end = leader_end(index);
    copy.wait = between(milliseconds(500), milliseconds(1000));
    copy.expand = between(milliseconds(100), milliseconds(500));
    lagging_.insert(index);
  }
  bring_forward(index, copy);
  copy.rate = 0;
  copy.caught_up = copy.pausing = false;
}

/// All of a node, whether in sync or not.
void KafkaModel::freeze_copies(int node) {
  for (Index index = 0; index < partitions_.size(); ++index) {
    const auto& replicas = partitions_.at(index).replicas;
    if (std::find(replicas.begin(), replicas.end(), node) != replicas.end()) {
      freeze_copy(index, node);
      touch(index);
    }
  }
}

void KafkaModel::drop_copy(Index index, int node) {
  auto& copies = states_.at(index).copies;
  copies.erase(node);
  if (copies.empty()) {
    lagging_.erase(index);
  }
}

/// Divides what a leader sends to replicas that are not in sync, and looks at them again when the
/// next of them has something to do.
void KafkaModel::share(int leader) {
  if (const auto timer = deliveries_.find(leader); timer != deliveries_.end()) {
    timeline_.cancel(timer->second);
    deliveries_.erase(timer);
  }
  std::vector<std::pair<Index, ReplicaCopy*>> sent;
  for (const Index index : lagging_) {
    if (partitions_.at(index).leader != leader) {
      continue;
    }
    for (auto& [node, copy] : states_.at(index).copies) {
      bring_forward(index, copy);
      if (!fetches(index, node)) {
        freeze_copy(index, node);
        touch(index);
      } else if (!copy.caught_up && leader_end(index) - copy.end < kNothingLeft) {
        copy.caught_up = true;
        copy.rate = 0;
        ask_to_join(index, node, copy);
      } else if (!copy.caught_up) {
        sent.emplace_back(index, &copy);
      }
    }
  }
  if (sent.empty()) {
    return;
  }
  const double each = spec_.catch_up_bytes_per_second / static_cast<double>(sent.size());
  Duration next = Duration::max();
  for (const auto& [index, copy] : sent) {
    next = std::min(next, follow(index, *copy, each));
  }
  if (next != Duration::max()) {
    deliveries_[leader] = later(std::max<Duration>(next, milliseconds(1)), [this, leader] {
      unshared_.insert(leader);
      commit();
    });
  }
}

/// Sends it so much; says when it is to be looked at again.
Duration KafkaModel::follow(Index index, ReplicaCopy& copy, double bytes_per_second) {
  const KafkaPartition& partition = partitions_.at(index);
  copy.rate = bytes_per_second / partition.record_bytes;
  const double gain = copy.rate - states_.at(index).growth;
  if (gain <= 0) {
    return Duration::max();
  }
  const Duration left = from_seconds((leader_end(index) - copy.end) / gain);
  if (copy.pausing || copy.rate >= kAmpleShare * partition.records_per_second) {
    return left;
  }
  if (left > copy.wait) {
    return left - copy.wait;
  }
  copy.pausing = true;
  touch(index);
  return left;
}

/// It has the leader's end: the leader asks for it to be in sync.
void KafkaModel::ask_to_join(Index index, int node, const ReplicaCopy& copy) {
  later(copy.expand, [this, index, node] { join(index, node); });
}

void KafkaModel::join(Index index, int node) {
  auto& copies = states_.at(index).copies;
  const auto copy = copies.find(node);
  if (copy == copies.end() || !copy->second.caught_up || !active_ || !fetches(index, node)) {
    return;
  }
  partitions_.at(index).in_sync.insert(node);
  drop_copy(index, node);
  metadata_base_ += 1;
  touch(index);
  unshared_.insert(partitions_.at(index).leader);
  commit();
}

}  // namespace cfkops::sandbox
