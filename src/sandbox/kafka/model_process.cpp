#include "kafka/model.hpp"

#include <algorithm>

namespace cfkops::sandbox {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool KafkaModel::keeps_session(const KafkaNode& node) const {
  return processes_.at(node.id).enrolled;
}

bool KafkaModel::serves(int node) const {
  const auto found = nodes_.find(node);
  // An unfenced registration may still be that of the process before.
  if (found == nodes_.end() || found->second.fenced || !processes_.at(node).enrolled) {
    return false;
  }
  return found->second.phase == KafkaPhase::Running ||
         found->second.phase == KafkaPhase::ShuttingDown;
}

/// It has loaded itself.
void KafkaModel::process_up(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  if (node.controller) {
    process.votes = true;
    write(node,
          "INFO",
          "[ControllerServer id={}] Transition from STARTING to STARTED "
          "(kafka.server.ControllerServer)");
    check_quorum(seconds(1), seconds(2));
  }
  if (node.broker) {
    try_register(node);
    return;
  }
  enter(node, KafkaPhase::Running);
  process.ready = true;
  write(node,
        "INFO",
        "[KafkaRaftServer nodeId={}] Kafka Server started (kafka.server.KafkaRaftServer)");
  tell(node);
}

void KafkaModel::try_register(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  if (!active_) {
    process.awaits_controller = true;
    write(node,
          "INFO",
          "[BrokerLifecycleManager id={}] Unable to register the broker because the RPC got timed "
          "out before it could be sent. (kafka.server.BrokerLifecycleManager)");
    return;
  }
  if (node.registered) {
    if (node.phase != KafkaPhase::Refused) {
      enter(node, KafkaPhase::Refused);
    }
    write(node,
          "INFO",
          "[BrokerLifecycleManager id={}] Unable to register broker because the controller "
          "returned error DUPLICATE_BROKER_REGISTRATION (kafka.server.BrokerLifecycleManager)");
    return;
  }
  node.registered = true;
  node.fenced = true;
  process.enrolled = true;
  ++process.session;
  process.heartbeats_from = timeline_.now();
  node.last_heartbeat = timeline_.now();
  metadata_base_ += 1;
  enter(node, KafkaPhase::CatchingUp);
  write(node,
        "INFO",
        "[BrokerLifecycleManager id={}] Successfully registered broker "
        "(kafka.server.BrokerLifecycleManager)");
  later_for(node.id, between(milliseconds(300), milliseconds(700)), &KafkaModel::unfence);
}

void KafkaModel::unfence(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  if (!active_) {
    process.awaits_controller = true;
    return;
  }
  node.fenced = false;
  metadata_base_ += 1;
  enter(node, KafkaPhase::Running);
  write(node,
        "INFO",
        "[BrokerLifecycleManager id={}] The broker has been unfenced. Transitioning from RECOVERY "
        "to RUNNING. (kafka.server.BrokerLifecycleManager)");
  const Duration fetching = between(milliseconds(200), milliseconds(500));
  process.fetches_from = timeline_.now() + fetching;
  restore_replicas(node);
  later_for(node.id, fetching, &KafkaModel::begin_fetching);
  later_for(node.id, spec_.become_ready, &KafkaModel::become_ready);
}

void KafkaModel::begin_fetching(KafkaNode& node) {
  for (const Index index : lagging_) {
    if (states_.at(index).copies.contains(node.id)) {
      unshared_.insert(partitions_.at(index).leader);
    }
  }
}

void KafkaModel::become_ready(KafkaNode& node) {
  if (node.phase != KafkaPhase::Running) {
    return;
  }
  processes_.at(node.id).ready = true;
  write(node,
        "INFO",
        "[KafkaRaftServer nodeId={}] Kafka Server started (kafka.server.KafkaRaftServer)");
  tell(node);
}

void KafkaModel::fail_disk(KafkaNode& node) {
  if (node.phase == KafkaPhase::Absent || node.phase == KafkaPhase::Failed) {
    return;
  }
  write(node,
        "ERROR",
        "Error while appending records in dir /mnt/data/data0/logs: No space left on device "
        "(org.apache.kafka.storage.internals.log.LogDirFailureChannel)");
  write(node,
        "ERROR",
        node.broker ? "Shutdown broker because all log dirs in /mnt/data/data0/logs have failed "
                      "(kafka.log.LogManager)"
                    : "Encountered fatal fault: Error while appending to the metadata log "
                      "(org.apache.kafka.server.fault.ProcessTerminatingFaultHandler)");
  die(node);
  enter(node, KafkaPhase::Failed);
  tell(node);
}

/// The controller has moved its leaders and takes it out of the in-sync sets.
void KafkaModel::hand_over(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  if (process.handed_over) {
    return;
  }
  if (!active_) {
    process.awaits_controller = true;
    return;
  }
  process.handed_over = true;
  freeze_copies(node.id);
  node.fenced = true;
  drop_replicas(node);
  write(node,
        "INFO",
        "[BrokerLifecycleManager id={}] The broker is in PENDING_CONTROLLED_SHUTDOWN state, still "
        "waiting for the active controller. (kafka.server.BrokerLifecycleManager)");
}

/// The process is gone.
void KafkaModel::die(KafkaNode& node) {
  KafkaProcess& process = processes_.at(node.id);
  const bool stopped = node.phase == KafkaPhase::ShuttingDown;
  process.metadata_end = metadata_end(node.id);
  if (serves(node.id)) {
    freeze_copies(node.id);
  }
  if (node.registered && keeps_session(node)) {
    const Duration beat = std::max<Duration>(spec_.heartbeat, milliseconds(1));
    const auto beats = (timeline_.now() - process.heartbeats_from) / beat;
    node.last_heartbeat = process.heartbeats_from + beats * beat;
  }
  ++process.incarnation;
  process.votes = process.ready = process.awaits_controller = process.enrolled = false;
  // Not serving any more from here on.
  node.phase = KafkaPhase::Absent;
  for (Index index = 0; index < partitions_.size(); ++index) {
    if (partitions_.at(index).leader == node.id || states_.at(index).copies.contains(node.id)) {
      unshared_.insert(partitions_.at(index).leader);
      touch(index);
    }
  }
  watch_session(node);
  if (!node.fenced) {
    later(spec_.replica_lag_time, [this, id = node.id, session = process.session] {
      shrink_silent(id, session);
      commit();
    });
  }
  check_quorum(stopped ? seconds(1) : seconds(2), stopped ? seconds(2) : seconds(3));
}

void KafkaModel::watch_session(KafkaNode& node) {
  if (!node.registered) {
    return;
  }
  const MonoTime until = node.last_heartbeat.value_or(timeline_.now()) + spec_.session;
  later(until - timeline_.now(), [this, id = node.id, session = processes_.at(node.id).session] {
    if (processes_.at(id).session == session) {
      end_session(nodes_.at(id));
      commit();
    }
  });
}

void KafkaModel::end_session(KafkaNode& node) {
  const MonoTime until = node.last_heartbeat.value_or(timeline_.now()) + spec_.session;
  // Without a controller nobody notices; the next one counts anew.
  if (!node.registered || keeps_session(node) || !active_ || until > timeline_.now()) {
    return;
  }
  node.registered = false;
  metadata_base_ += 1;
  if (!node.fenced) {
    node.fenced = true;
    drop_replicas(node);
  }
  if (node.phase == KafkaPhase::Refused) {
    later_for(node.id, between(milliseconds(50), milliseconds(400)), &KafkaModel::try_register);
  }
}

}  // namespace cfkops::sandbox
