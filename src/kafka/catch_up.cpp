#include "cfkops/kafka/gates.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace cfkops::kafka {

namespace {

using Partitions = std::map<TopicPartition, PartitionReading>;

constexpr Duration kSamplesLast = std::chrono::seconds(10);
constexpr Duration kLongestEstimate = std::chrono::hours(24);

/// Somebody who answered hosts it; a partition that nobody hosts any more was deleted.
bool exists(const PartitionTable& table, const TopicPartition& partition) {
  return std::any_of(table.by_pod.begin(), table.by_pod.end(), [&](const auto& pod) {
    return pod.second.contains(partition);
  });
}

std::optional<std::int64_t> behind(const PartitionReading& leader,
                                   const Partitions& own,
                                   const TopicPartition& partition) {
  const auto found = own.find(partition);
  if (!leader.log_end_offset || found == own.end() || !found->second.log_end_offset) {
    return std::nullopt;
  }
  return std::max<std::int64_t>(0, *leader.log_end_offset - *found->second.log_end_offset);
}

void put_worst_first(std::vector<CatchUp::Lag>& missing) {
  const auto size = [](const CatchUp::Lag& lag) {
    return lag.records.value_or(std::numeric_limits<std::int64_t>::max());
  };
  std::stable_sort(missing.begin(), missing.end(), [&](const auto& a, const auto& b) {
    return size(a) > size(b);
  });
}

}  // namespace

CatchUp catch_up(const PartitionTable& table,
                 const std::string& pod,
                 const std::set<TopicPartition>& hosted) {
  static const Partitions kNone;
  const auto found = table.by_pod.find(pod);
  const Partitions& own = found == table.by_pod.end() ? kNone : found->second;
  std::set<TopicPartition> expected = hosted;
  for (const auto& [partition, reading] : own) {
    expected.insert(partition);
  }

  CatchUp state{.known = found != table.by_pod.end()};
  std::int64_t records = 0;
  bool counted = state.known;
  for (const TopicPartition& partition : expected) {
    if (table.silent.empty() && !exists(table, partition)) {
      continue;
    }
    ++state.expected;
    std::string leader_pod;
    const PartitionReading* leader = table.leader_of(partition, &leader_pod);
    if (leader == nullptr) {
      state.known = false;
      counted = false;
      state.missing.push_back({.partition = partition, .leader = "", .records = std::nullopt});
      continue;
    }
    if (!leader->under_replicated || leader_pod == pod) {
      continue;
    }
    CatchUp::Lag lag{partition, leader_pod, behind(*leader, own, partition)};
    counted = counted && lag.records.has_value();
    records += lag.records.value_or(0);
    state.missing.push_back(std::move(lag));
  }
  if (counted) {
    state.records = records;
  }
  put_worst_first(state.missing);
  return state;
}

void CatchUpEstimate::add(MonoTime when, std::int64_t records_behind) {
  if (!least_ || records_behind < *least_) {
    least_ = records_behind;
    last_progress_ = when;
  }
  samples_.emplace_back(when, records_behind);
  std::erase_if(samples_,
                [&](const auto& sample) { return when - sample.first > std::chrono::minutes(1); });
}

std::optional<Duration> CatchUpEstimate::remaining(MonoTime now) const {
  if (samples_.size() < 2 || now - samples_.back().first > kSamplesLast) {
    return std::nullopt;
  }
  const auto& [first, before] = samples_.front();
  const auto& [last, left] = samples_.back();
  if (left == 0) {
    return Duration(0);
  }
  const std::int64_t done = before - left;
  if (done <= 0 || last <= first) {
    return std::nullopt;
  }
  // In floating point until it is known to fit: a crawling broker may need centuries.
  using Seconds = std::chrono::duration<double>;
  const double rate = static_cast<double>(done) / Seconds(last - first).count();
  const Seconds needed(static_cast<double>(left) / rate);
  if (!std::isfinite(needed.count()) || needed > kLongestEstimate) {
    return std::nullopt;
  }
  return std::max(Duration(0), std::chrono::duration_cast<Duration>(needed) - (now - last));
}

}  // namespace cfkops::kafka
