#pragma once

#include "cfkops/base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cfkops::test {

/// How a simulated Kafka behaves.
struct KafkaHabits {
  int brokers = 3;
  int controllers = 3;
  bool combined = false;           ///< the brokers are the controllers, and there are no others
  bool cfk_labels = true;          ///< on the StatefulSets
  std::string revision = "rev-1";  ///< of pods that are made
  int partitions = 6;              ///< of topic "orders", replicated to all, min.insync.replicas 2
  Duration shut_down = std::chrono::milliseconds(1500);
  Duration create = std::chrono::milliseconds(200);
  Duration start_container = std::chrono::milliseconds(800);
  Duration start_process = std::chrono::milliseconds(3000);
  Duration become_ready = std::chrono::milliseconds(500);
  double traffic = 100;          ///< records per second and partition
  double catch_up_rate = 20000;  ///< the same, of a follower that is behind
};

/// One Kafka process in its pod.
struct KafkaProcess {
  enum class Phase { Up, Terminating, Missing, Pending, Starting };

  std::string pod;
  bool broker = true;
  int node = 0;
  int incarnation = 1;
  Phase phase = Phase::Up;
  Duration since = {};
  bool ready = true;
  std::string revision = "rev-1";
  std::int64_t start_time_ms = 1'000'000;
  bool crashes = false;            ///< from its next start on
  std::string stuck = {};          ///< a waiting reason
  std::string sidecar_stuck = {};  ///< that of a container beside Kafka
  int restarts = 0;
  bool silent = false;  ///< its Jolokia does not answer
  bool never_in_sync = false;
  bool duplicate_session = false;  ///< what its log says while it starts

  [[nodiscard]] std::string uid() const { return pod + "-uid-" + std::to_string(incarnation); }

  [[nodiscard]] bool running() const { return phase == Phase::Up && stuck.empty(); }
};

struct KafkaPartition {
  std::string topic;
  int number = 0;
  int min_isr = 2;
  std::vector<std::string> replicas = {};
  std::set<std::string> in_sync = {};
  std::string leader = {};
  std::map<std::string, double> log_end = {};
};

/// Brokers, controllers and partitions over time: what stops leaves the in-sync sets, what is back
/// catches up. It simulates neither clients, nor fencing by time-out, nor elections that take time.
class KafkaModel {
 public:
  explicit KafkaModel(KafkaHabits habits);

  /// Lets the world go on to that moment.
  void run_to(Duration now);

  /// Takes a pod down: nothing when another incarnation is meant.
  void take_down(const std::string& pod);

  KafkaProcess& process(const std::string& pod);

  [[nodiscard]] const std::map<std::string, KafkaProcess>& processes() const { return processes_; }

  std::vector<KafkaPartition>& partitions() { return partitions_; }

  [[nodiscard]] const std::vector<KafkaPartition>& partitions() const { return partitions_; }

  [[nodiscard]] const KafkaHabits& habits() const { return habits_; }

  KafkaHabits& habits() { return habits_; }

  /// One that is in the quorum.
  [[nodiscard]] bool is_controller(const KafkaProcess& process) const {
    return !process.broker || habits_.combined;
  }

  [[nodiscard]] int voters() const {
    return habits_.combined ? habits_.brokers : habits_.controllers;
  }

  [[nodiscard]] bool all_in_sync() const;
  [[nodiscard]] bool all_running() const;
  [[nodiscard]] int brokers_down() const;
  [[nodiscard]] int brokers_ready() const;
  [[nodiscard]] int under_min() const;

  [[nodiscard]] std::string active_controller() const { return active_; }

  void set_active_controller(const std::string& pod) { active_ = pod; }

  [[nodiscard]] int epoch() const { return epoch_; }

  // What was ever seen.
  [[nodiscard]] int most_down() const { return most_down_; }

  [[nodiscard]] int most_controllers_down() const { return most_controllers_down_; }

  [[nodiscard]] int most_under_min() const { return most_under_min_; }

 private:
  void tick();
  void move_on(KafkaProcess& process);
  void replicate(KafkaPartition& partition);
  void elect(KafkaPartition& partition);
  void enter(KafkaProcess& process, KafkaProcess::Phase phase);

  KafkaHabits habits_;
  Duration now_ = {};
  std::map<std::string, KafkaProcess> processes_;
  std::vector<KafkaPartition> partitions_;
  std::string active_;
  int epoch_ = 1;
  int most_down_ = 0;
  int most_controllers_down_ = 0;
  int most_under_min_ = 0;
};

}  // namespace cfkops::test
