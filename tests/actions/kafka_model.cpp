#include "kafka_model.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::test {

namespace {

using namespace std::chrono_literals;
using Phase = KafkaProcess::Phase;

constexpr Duration kTick = 20ms;
constexpr double kTickSeconds = 0.02;

}  // namespace

KafkaModel::KafkaModel(KafkaHabits habits)
    : habits_(std::move(habits)),
      active_(habits_.combined ? "kafka-0" : "kraftcontroller-0") {
  for (int i = 0; i < habits_.brokers; ++i) {
    const std::string pod = "kafka-" + std::to_string(i);
    processes_[pod] = {.pod = pod, .broker = true, .node = i};
  }
  for (int i = 0; i < (habits_.combined ? 0 : habits_.controllers); ++i) {
    const std::string pod = "kraftcontroller-" + std::to_string(i);
    processes_[pod] = {.pod = pod, .broker = false, .node = 100 + i};
  }
  for (int i = 0; i < habits_.partitions; ++i) {
    KafkaPartition partition{.topic = "orders", .number = i};
    for (int b = 0; b < habits_.brokers; ++b) {
      const std::string pod = "kafka-" + std::to_string((i + b) % habits_.brokers);
      partition.replicas.push_back(pod);
      partition.in_sync.insert(pod);
      partition.log_end[pod] = 1000;
    }
    partition.leader = partition.replicas.front();
    partitions_.push_back(std::move(partition));
  }
}

KafkaProcess& KafkaModel::process(const std::string& pod) {
  return processes_.at(pod);
}

void KafkaModel::run_to(Duration now) {
  while (now_ + kTick <= now) {
    now_ += kTick;
    tick();
  }
}

void KafkaModel::tick() {
  for (auto& [pod, process] : processes_) {
    move_on(process);
  }
  for (KafkaPartition& partition : partitions_) {
    replicate(partition);
  }
  int controllers_down = 0;
  for (const auto& [pod, process] : processes_) {
    controllers_down += !process.broker && !process.running() ? 1 : 0;
  }
  most_down_ = std::max(most_down_, brokers_down());
  most_controllers_down_ = std::max(most_controllers_down_, controllers_down);
  most_under_min_ = std::max(most_under_min_, under_min());
}

void KafkaModel::enter(KafkaProcess& process, Phase phase) {
  process.phase = phase;
  process.since = now_;
}

void KafkaModel::move_on(KafkaProcess& process) {
  const Duration in_phase = now_ - process.since;
  switch (process.phase) {
    case Phase::Terminating:
      if (in_phase >= habits_.shut_down) {
        enter(process, Phase::Missing);
      }
      break;
    case Phase::Missing:
      if (in_phase >= habits_.create) {
        ++process.incarnation;
        process.restarts = 0;
        process.stuck.clear();
        process.sidecar_stuck.clear();
        process.revision = habits_.revision;
        enter(process, Phase::Pending);
      }
      break;
    case Phase::Pending:
      if (in_phase >= habits_.start_container) {
        process.start_time_ms = 1'000'000 + now_ / 1ms;
        enter(process, Phase::Starting);
      }
      break;
    case Phase::Starting:
      if (process.crashes && in_phase >= 2s) {
        ++process.restarts;
        process.stuck = "CrashLoopBackOff";
        process.since = now_;
      } else if (!process.crashes && in_phase >= habits_.start_process) {
        enter(process, Phase::Up);
      }
      break;
    case Phase::Up:
      process.ready = process.ready || (in_phase >= habits_.become_ready && process.stuck.empty() &&
                                        process.sidecar_stuck.empty());
      break;
  }
}

void KafkaModel::replicate(KafkaPartition& partition) {
  if (partition.leader.empty()) {
    elect(partition);
    return;
  }
  double& end = partition.log_end[partition.leader];
  end += habits_.traffic * kTickSeconds;
  for (const std::string& pod : partition.replicas) {
    const KafkaProcess& process = processes_.at(pod);
    if (pod == partition.leader || !process.running() || process.never_in_sync) {
      continue;
    }
    double& own = partition.log_end[pod];
    own = partition.in_sync.contains(pod)
              ? end
              : std::min(end, own + habits_.catch_up_rate * kTickSeconds);
    if (own >= end) {
      partition.in_sync.insert(pod);
    }
  }
}

void KafkaModel::elect(KafkaPartition& partition) {
  partition.leader.clear();
  for (const std::string& pod : partition.replicas) {
    if (partition.in_sync.contains(pod) && processes_.at(pod).running()) {
      partition.leader = pod;
      return;
    }
  }
}

void KafkaModel::take_down(const std::string& pod) {
  KafkaProcess& gone = process(pod);
  gone.ready = false;
  enter(gone, Phase::Terminating);
  for (KafkaPartition& partition : partitions_) {
    if (partition.in_sync.size() > 1) {
      partition.in_sync.erase(pod);
    }
    if (partition.leader == pod) {
      elect(partition);
    }
  }
  if (active_ == pod) {
    for (const auto& [name, other] : processes_) {
      if (is_controller(other) && other.running()) {
        active_ = name;
        ++epoch_;
        break;
      }
    }
  }
}

bool KafkaModel::all_in_sync() const {
  return std::all_of(partitions_.begin(), partitions_.end(), [](const KafkaPartition& partition) {
    return !partition.leader.empty() && partition.in_sync.size() == partition.replicas.size();
  });
}

bool KafkaModel::all_running() const {
  return std::all_of(processes_.begin(), processes_.end(), [](const auto& entry) {
    return entry.second.running() && entry.second.ready;
  });
}

int KafkaModel::brokers_down() const {
  return static_cast<int>(
      std::count_if(processes_.begin(), processes_.end(), [](const auto& entry) {
        return entry.second.broker && !entry.second.running();
      }));
}

int KafkaModel::brokers_ready() const {
  return static_cast<int>(
      std::count_if(processes_.begin(), processes_.end(), [](const auto& entry) {
        return entry.second.broker && entry.second.ready;
      }));
}

int KafkaModel::under_min() const {
  return static_cast<int>(
      std::count_if(partitions_.begin(), partitions_.end(), [](const KafkaPartition& partition) {
        return static_cast<int>(partition.in_sync.size()) < partition.min_isr;
      }));
}

}  // namespace cfkops::test
