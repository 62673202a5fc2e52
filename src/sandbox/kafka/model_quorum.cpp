#include "kafka/model.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Records that an active controller writes although nothing happens.
constexpr double kIdleRecordsPerSecond = 2;

}  // namespace

std::string KafkaModel::fail_over() {
  if (!active_) {
    return "";
  }
  const int old = *active_;
  lose_leadership();
  ousted_ = old;
  check_quorum(milliseconds(400), milliseconds(900));
  commit();
  return nodes_.at(old).pod;
}

std::int64_t KafkaModel::metadata_end(int node) const {
  const auto found = nodes_.find(node);
  if (found == nodes_.end()) {
    return 0;
  }
  switch (found->second.phase) {
    case KafkaPhase::Absent:
    case KafkaPhase::Starting:
    case KafkaPhase::Failed:
      return processes_.at(node).metadata_end;
    default:
      return active_metadata_end();
  }
}

std::int64_t KafkaModel::active_metadata_end() const {
  const double idle =
      active_ ? kIdleRecordsPerSecond * base::in_seconds(timeline_.now() - metadata_at_) : 0;
  return static_cast<std::int64_t>(metadata_base_ + idle);
}

std::vector<int> KafkaModel::voters() const {
  std::vector<int> found;
  for (const auto& [id, process] : processes_) {
    if (process.votes) {
      found.push_back(id);
    }
  }
  return found;
}

bool KafkaModel::has_majority() const {
  const auto all = std::count_if(
      nodes_.begin(), nodes_.end(), [](const auto& each) { return each.second.controller; });
  return 2 * voters().size() > static_cast<std::size_t>(all);
}

/// A voter has come or gone; an election that becomes due takes between `low` and `high`.
void KafkaModel::check_quorum(Duration low, Duration high) {
  if (active_ && (!processes_.at(*active_).votes || !has_majority())) {
    lose_leadership();
  }
  if (active_ || election_due_ || !has_majority()) {
    return;
  }
  election_due_ = true;
  later(between(low, high), [this] {
    elect_controller();
    commit();
  });
}

void KafkaModel::lose_leadership() {
  metadata_base_ = static_cast<double>(active_metadata_end());
  write(nodes_.at(*active_),
        "WARN",
        "[QuorumController id={}] Renouncing the leadership due to a metadata log event. "
        "(org.apache.kafka.controller.QuorumController)");
  active_.reset();
}

void KafkaModel::elect_controller() {
  if (!election_due_) {
    return;
  }
  election_due_ = false;
  std::vector<int> candidates = voters();
  if (active_ || !has_majority()) {
    return;
  }
  if (ousted_ && candidates.size() > 1) {
    candidates.erase(std::remove(candidates.begin(), candidates.end(), *ousted_), candidates.end());
  }
  ousted_.reset();
  active_ = candidates.at(random_.below(candidates.size()));
  ++epoch_;
  metadata_at_ = timeline_.now();
  metadata_base_ += 1;
  balance_from_ = timeline_.now();
  write(nodes_.at(*active_),
        "INFO",
        "[QuorumController id={}] Becoming the active controller. "
        "(org.apache.kafka.controller.QuorumController)");
  take_up();
}

/// What was left undone while there was no controller.
void KafkaModel::take_up() {
  for (auto& [id, node] : nodes_) {
    take_up_node(node);
  }
  for (Index index = 0; index < partitions_.size(); ++index) {
    if (partitions_.at(index).leader < 0) {
      elect_leader(index);
    }
  }
  for (const Index index : lagging_) {
    for (const auto& [id, copy] : states_.at(index).copies) {
      if (copy.caught_up) {
        ask_to_join(index, id, copy);
      }
    }
  }
}

void KafkaModel::take_up_node(KafkaNode& node) {
  // Sessions are known to the active controller alone, so they begin anew.
  if (node.registered && !keeps_session(node)) {
    node.last_heartbeat = timeline_.now();
    watch_session(node);
  }
  if (!std::exchange(processes_.at(node.id).awaits_controller, false)) {
    return;
  }
  if (node.phase == KafkaPhase::ShuttingDown) {
    hand_over(node);
  } else if (node.phase == KafkaPhase::CatchingUp) {
    unfence(node);
  } else {
    try_register(node);
  }
}

}  // namespace cfkops::sandbox
