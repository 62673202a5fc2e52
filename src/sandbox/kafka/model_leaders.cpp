#include "kafka/model.hpp"

#include <algorithm>

namespace cfkops::sandbox {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr Duration kBalanceEvery = seconds(300);

}  // namespace

/// It is fenced: it leads nothing, and is in sync only where it is the last one.
void KafkaModel::drop_replicas(KafkaNode& node) {
  for (Index index = 0; index < partitions_.size(); ++index) {
    const KafkaPartition& partition = partitions_.at(index);
    if (partition.leader == node.id || partition.in_sync.contains(node.id)) {
      drop_replica(index, node.id);
    }
  }
}

void KafkaModel::drop_replica(Index index, int node) {
  KafkaPartition& partition = partitions_.at(index);
  if (partition.in_sync.contains(node) && partition.in_sync.size() > 1) {
    freeze_copy(index, node);
    partition.in_sync.erase(node);
    metadata_base_ += 1;
  }
  if (partition.leader == node) {
    elect_leader(index);
  }
  touch(index);
}

/// Never one that is not in sync.
void KafkaModel::elect_leader(Index index) {
  const KafkaPartition& partition = partitions_.at(index);
  const auto found =
      std::find_if(partition.replicas.begin(), partition.replicas.end(), [&](int replica) {
        return partition.in_sync.contains(replica) && serves(replica);
      });
  const int leader = found == partition.replicas.end() ? -1 : *found;
  if (leader != partition.leader) {
    set_leader(index, leader);
  }
}

void KafkaModel::set_leader(Index index, int leader) {
  KafkaPartition& partition = partitions_.at(index);
  PartitionState& state = states_.at(index);
  for (auto& [id, copy] : state.copies) {
    bring_forward(index, copy);
    copy.rate = 0;
    copy.caught_up = copy.pausing = false;
  }
  unshared_.insert(partition.leader);
  unshared_.insert(leader);
  partition.leader = leader;
  ++partition.leader_epoch;
  metadata_base_ += 1;
  touch(index);
  if (leader < 0) {
    return;
  }
  drop_copy(index, leader);
  const Duration pause = between(milliseconds(1000), milliseconds(1600));
  state.paused_until = timeline_.now() + pause;
  later(pause, [this, index] {
    touch(index);
    unshared_.insert(partitions_.at(index).leader);
    commit();
  });
  watch_silent(index);
  watch_balance();
}

/// Members of the in-sync set that are not there when a leader begins leave it in the end.
void KafkaModel::watch_silent(Index index) {
  const KafkaPartition& partition = partitions_.at(index);
  bool silent = false;
  for (const int replica : partition.in_sync) {
    if (!serves(replica)) {
      freeze_copy(index, replica);
      silent = true;
    }
  }
  if (!silent) {
    return;
  }
  later(spec_.replica_lag_time, [this, index, epoch = partition.leader_epoch] {
    if (partitions_.at(index).leader_epoch == epoch) {
      shrink(index);
      commit();
    }
  });
}

/// The leader takes those out that do not fetch.
void KafkaModel::shrink(Index index) {
  const KafkaPartition& partition = partitions_.at(index);
  if (!active_ || !serves(partition.leader)) {
    return;
  }
  const std::set<int> members = partition.in_sync;
  for (const int replica : members) {
    if (!serves(replica)) {
      drop_replica(index, replica);
    }
  }
}

/// A broker that has died has been silent for as long as leaders put up with.
void KafkaModel::shrink_silent(int node, std::uint64_t session) {
  if (processes_.at(node).session != session || serves(node)) {
    return;
  }
  for (Index index = 0; index < partitions_.size(); ++index) {
    if (partitions_.at(index).in_sync.contains(node)) {
      shrink(index);
    }
  }
}

/// It is unfenced: it leads what waited for it, and fetches what it has missed.
void KafkaModel::restore_replicas(KafkaNode& node) {
  for (Index index = 0; index < partitions_.size(); ++index) {
    const KafkaPartition& partition = partitions_.at(index);
    if (!partition.in_sync.contains(node.id)) {
      continue;
    }
    drop_copy(index, node.id);
    if (partition.leader < 0) {
      elect_leader(index);
    }
    touch(index);
  }
}

void KafkaModel::watch_balance() {
  if (balance_due_) {
    return;
  }
  const bool balanced =
      std::all_of(partitions_.begin(), partitions_.end(), [](const KafkaPartition& each) {
        return each.leader < 0 || each.leader == each.replicas.front();
      });
  if (balanced) {
    return;
  }
  balance_due_ = true;
  const Duration since = timeline_.now() - balance_from_;
  later(kBalanceEvery - since % kBalanceEvery, [this] {
    balance_leaders();
    balance_due_ = false;
    watch_balance();
    commit();
  });
}

void KafkaModel::balance_leaders() {
  for (Index index = 0; active_ && index < partitions_.size(); ++index) {
    const KafkaPartition& partition = partitions_.at(index);
    const int preferred = partition.replicas.front();
    if (partition.leader >= 0 && partition.leader != preferred &&
        partition.in_sync.contains(preferred) && serves(preferred)) {
      set_leader(index, preferred);
    }
  }
}

}  // namespace cfkops::sandbox
