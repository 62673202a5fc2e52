#include "kafka/model.hpp"

#include "kafka/model_layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Of a cluster's id: 16 bytes in the alphabet for URLs, without padding.
std::string make_cluster_id(Random& random) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr int kCharacters = 21;
  std::string id;
  for (int count = 0; count < kCharacters; ++count) {
    id += kAlphabet.at(random.below(kAlphabet.size()));
  }
  // The last one carries two bits.
  id += "AQgw"[random.below(4)];
  return id;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

}  // namespace

KafkaModel::KafkaModel(KafkaSpec spec,
                       Timeline& timeline,
                       Random& random,
                       std::function<void(const std::string& pod)> changed)
    : spec_(std::move(spec)),
      timeline_(timeline),
      random_(random),
      changed_(std::move(changed)),
      nodes_(lay_out_nodes(spec_)),
      partitions_(lay_out_partitions(spec_)),
      cluster_id_(make_cluster_id(random)),
      alive_(std::make_shared<const bool>(true)),
      states_(partitions_.size()),
      balance_from_(timeline.now()),
      metadata_at_(timeline.now()) {
  for (const auto& [id, node] : nodes_) {
    processes_.emplace(id, KafkaProcess{});
    by_pod_.emplace(node.pod, id);
  }
  Index index = 0;
  for (const TopicSpec& topic : spec_.topics) {
    for (int number = 0; number < topic.partitions && index < states_.size(); ++number) {
      PartitionState& state = states_.at(index++);
      state.at = timeline_.now();
      state.end =
          std::floor(static_cast<double>(topic.stored_bytes) / std::max(topic.record_bytes, 1));
    }
  }
  for (Index each = 0; each < partitions_.size(); ++each) {
    touch(each);
    for (const int replica : partitions_.at(each).replicas) {
      hosted_[replica].push_back(each);
    }
  }
  reset_report();
  commit();
}

double KafkaModel::stored(const std::string& pod) const {
  const KafkaNode* const broker = node(pod);
  if (broker == nullptr) {
    return 0;
  }
  if (broker->disk_full) {
    return std::numeric_limits<double>::max();
  }
  std::map<std::string_view, double> of_topic;
  for (const TopicSpec& topic : spec_.topics) {
    of_topic.emplace(topic.name, static_cast<double>(topic.stored_bytes));
  }
  double bytes = 0;
  for (const Index each : hosted(broker->id)) {
    const auto found = of_topic.find(partitions_.at(each).topic);
    bytes += found == of_topic.end() ? 0 : found->second;
  }
  return bytes;
}

const std::vector<std::size_t>& KafkaModel::hosted(int node) const {
  static const std::vector<std::size_t> kNone;
  const auto found = hosted_.find(node);
  return found == hosted_.end() ? kNone : found->second;
}

void KafkaModel::settle() {
  const auto is_there = [](const auto& each) {
    return each.second.phase != KafkaPhase::Absent && each.second.phase != KafkaPhase::Failed;
  };
  const bool all = std::none_of(nodes_.begin(), nodes_.end(), is_there);
  for (auto& each : nodes_) {
    if (all || is_there(each)) {
      settle_node(each.second);
      tell(each.second);
    } else {
      each.second.registered = false;
      each.second.fenced = true;
    }
  }
  const std::vector<int> voting = has_majority() ? voters() : std::vector<int>();
  election_due_ = false;
  ousted_.reset();
  constexpr double kMetadataOfAnHour = 7200;
  metadata_base_ = kMetadataOfAnHour + static_cast<double>(partitions_.size());
  metadata_at_ = balance_from_ = timeline_.now();
  active_ = voting.empty() ? std::nullopt : std::optional(voting.at(random_.below(voting.size())));
  lagging_.clear();
  for (Index index = 0; index < partitions_.size(); ++index) {
    settle_partition(index);
  }
  watch_balance();
  commit();
  reset_report();
}

void KafkaModel::settle_node(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  ++process.incarnation;
  ++process.session;
  process.begun = process.ready = true;
  process.votes = node.controller;
  process.enrolled = node.broker;
  process.awaits_controller = process.handed_over = false;
  process.heartbeats_from = timeline_.now() - between({}, spec_.heartbeat);
  process.fetches_from = timeline_.now();
  node.phase = KafkaPhase::Running;
  node.since = timeline_.now() - hours(1);
  node.started = timeline_.wall() - hours(1);
  node.restarts = 0;
  node.registered = node.broker;
  node.fenced = !node.broker;
  node.last_heartbeat = node.broker ? std::optional(process.heartbeats_from) : std::nullopt;
  process.previous_lines.clear();
  process.lines.clear();
  write_at(node,
           node.started,
           "INFO [KafkaRaftServer nodeId={}] Kafka Server started (kafka.server.KafkaRaftServer)");
}

/// Replicas of brokers that are not there have missed an hour; one is left in any case.
void KafkaModel::settle_partition(Index index) {
  KafkaPartition& partition = partitions_.at(index);
  PartitionState& state = states_.at(index);
  state.copies.clear();
  state.paused_until = timeline_.now();
  partition.in_sync.clear();
  partition.leader = -1;
  partition.leader_epoch = std::max(partition.leader_epoch, 1);
  for (const int replica : partition.replicas) {
    if (serves(replica)) {
      partition.in_sync.insert(replica);
      partition.leader = partition.leader < 0 ? replica : partition.leader;
      continue;
    }
    constexpr double kHour = 3600;
    freeze_copy(index, replica);
    ReplicaCopy& copy = state.copies.at(replica);
    copy.end = std::max(0.0, copy.end - kHour * partition.records_per_second);
  }
  if (partition.in_sync.empty()) {
    const int last = partition.replicas.front();
    partition.in_sync.insert(last);
    drop_copy(index, last);
  }
  touch(index);
}

void KafkaModel::start(const std::string& pod) {
  KafkaNode* node = find_node(pod);
  if (node == nullptr) {
    return;
  }
  end(pod);
  KafkaProcess& process = processes_.at(node->id);
  if (process.begun) {
    ++node->restarts;
    cluster_.restarts += node->broker ? 1U : 0U;
  }
  process.begun = true;
  ++process.incarnation;
  process.ready = process.awaits_controller = process.handed_over = false;
  process.previous_lines = std::exchange(process.lines, {});
  node->started = timeline_.wall();
  enter(*node, KafkaPhase::Starting);
  write(*node, "INFO", "Starting (org.apache.kafka.common.utils.LoggingSignalHandler)");
  later_for(node->id, spec_.start_process, &KafkaModel::process_up);
  if (node->disk_full) {
    later_for(node->id, spec_.start_process / 2, &KafkaModel::fail_disk);
  }
  commit();
}

Duration KafkaModel::stop(const std::string& pod) {
  KafkaNode* node = find_node(pod);
  if (node == nullptr || node->phase == KafkaPhase::Absent || node->phase == KafkaPhase::Failed) {
    return {};
  }
  if (node->phase == KafkaPhase::ShuttingDown) {
    return spec_.shut_down;
  }
  const bool serving = serves(node->id);
  KafkaProcess& process = processes_.at(node->id);
  write(*node,
        "INFO",
        "Terminating process due to signal SIGTERM "
        "(org.apache.kafka.common.utils.LoggingSignalHandler)");
  process.ready = process.awaits_controller = false;
  enter(*node, KafkaPhase::ShuttingDown);
  tell(*node);
  if (!serving) {
    // What it was about to do it does no more.
    ++process.incarnation;
    process.votes = false;
    check_quorum(seconds(1), seconds(2));
    commit();
    return std::max(spec_.shut_down / 2, between(milliseconds(300), milliseconds(800)));
  }
  const auto led =
      std::count_if(partitions_.begin(), partitions_.end(), [&](const KafkaPartition& each) {
        return each.leader == node->id;
      });
  const Duration moved =
      between(milliseconds(300), milliseconds(600)) + milliseconds(2) * static_cast<int>(led);
  later_for(node->id, moved, &KafkaModel::hand_over);
  write(
      *node,
      "INFO",
      "[BrokerServer id={}] Transition from STARTED to SHUTTING_DOWN (kafka.server.BrokerServer)");
  commit();
  // A second heartbeat asks whether it may go.
  const Duration asked = moved + between(spec_.heartbeat, 2 * spec_.heartbeat);
  if (!active_ && !has_majority()) {
    return std::max<Duration>(spec_.shut_down, minutes(5));
  }
  const Duration election = active_ ? Duration::zero() : Duration(seconds(3));
  return std::max(spec_.shut_down, asked + election);
}

void KafkaModel::end(const std::string& pod) {
  KafkaNode* node = find_node(pod);
  if (node == nullptr || node->phase == KafkaPhase::Absent) {
    return;
  }
  if (node->phase != KafkaPhase::Failed) {
    die(*node);
  }
  enter(*node, KafkaPhase::Absent);
  commit();
}

bool KafkaModel::is_ready(const std::string& pod) const {
  const KafkaNode* found = node(pod);
  return found != nullptr && processes_.at(found->id).ready;
}

std::optional<int> KafkaModel::exited(const std::string& pod) const {
  const KafkaNode* found = node(pod);
  if (found == nullptr || found->phase != KafkaPhase::Failed) {
    return std::nullopt;
  }
  return 1;
}

void KafkaModel::never_catch_up(const std::string& pod, bool holds) {
  KafkaNode* node = find_node(pod);
  if (node == nullptr) {
    return;
  }
  node->never_catches_up = holds;
  for (const Index index : lagging_) {
    unshared_.insert(partitions_.at(index).leader);
  }
  commit();
}

void KafkaModel::fill_disk(const std::string& pod) {
  KafkaNode* node = find_node(pod);
  if (node == nullptr) {
    return;
  }
  node->disk_full = true;
  later_for(node->id, between(milliseconds(200), seconds(1)), &KafkaModel::fail_disk);
}

void KafkaModel::fill_disks(bool full) {
  for (auto& each : nodes_) {
    if (each.second.broker) {
      each.second.disk_full = full;
    }
  }
}

void KafkaModel::set_catch_up(double bytes_per_second) {
  spec_.catch_up_bytes_per_second = bytes_per_second;
  for (const Index index : lagging_) {
    unshared_.insert(partitions_.at(index).leader);
  }
  commit();
}

const KafkaNode* KafkaModel::node(const std::string& pod) const {
  const auto found = by_pod_.find(pod);
  return found == by_pod_.end() ? nullptr : &nodes_.at(found->second);
}

std::string KafkaModel::log(const std::string& pod, bool previous) const {
  const KafkaNode* found = node(pod);
  if (found == nullptr) {
    return "";
  }
  const KafkaProcess& process = processes_.at(found->id);
  return joined(previous ? process.previous_lines : process.lines);
}

KafkaNode* KafkaModel::find_node(const std::string& pod) {
  const KafkaNode* found = node(pod);
  return found == nullptr ? nullptr : &nodes_.at(found->id);
}

Duration KafkaModel::between(Duration low, Duration high) {
  const auto range = std::chrono::duration_cast<std::chrono::microseconds>(high - low).count();
  if (range <= 0) {
    return low;
  }
  const std::uint64_t part = random_.below(static_cast<std::uint64_t>(range) + 1);
  return low + std::chrono::microseconds(static_cast<std::int64_t>(part));
}

Timeline::TimerId KafkaModel::later(Duration delay, std::function<void()> what) {
  return timeline_.after(delay,
                         [alive = std::weak_ptr<const bool>(alive_), what = std::move(what)] {
                           if (!alive.expired()) {
                             what();
                           }
                         });
}

void KafkaModel::later_for(int node, Duration delay, void (KafkaModel::*what)(KafkaNode&)) {
  later(delay, [this, node, what, incarnation = processes_.at(node).incarnation] {
    if (processes_.at(node).incarnation == incarnation) {
      (this->*what)(nodes_.at(node));
      commit();
    }
  });
}

void KafkaModel::enter(KafkaNode& node, KafkaPhase phase) {
  node.phase = phase;
  node.since = timeline_.now();
}

void KafkaModel::tell(const KafkaNode& node) {
  later({}, [this, pod = node.pod] {
    if (changed_) {
      changed_(pod);
    }
  });
}

}  // namespace cfkops::sandbox
