#pragma once

#include "random.hpp"
#include "timeline.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/kafka_report.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// How far a Kafka process is.
enum class KafkaPhase {
  Absent,        ///< no process
  Starting,      ///< loads itself; Jolokia answers, BrokerState 0 or 1
  Refused,       ///< its old session has not ended: DUPLICATE_BROKER_REGISTRATION, BrokerState 1
  CatchingUp,    ///< registered and fenced: catches up with the metadata, BrokerState 1
  Running,       ///< BrokerState 3
  ShuttingDown,  ///< controlled shutdown; Jolokia is closed
  Failed,        ///< ended by itself
};

/// One process: a broker, a controller or both.
struct KafkaNode {
  int id = 0;
  std::string pod;
  bool broker = true;
  bool controller = false;
  KafkaPhase phase = KafkaPhase::Absent;
  MonoTime since = {};
  WallTime started = {};  ///< of the process, as java.lang:type=Runtime says
  std::optional<MonoTime> last_heartbeat = {};
  bool registered = false;  ///< has a session with the controllers
  bool fenced = true;
  bool never_catches_up = false;
  bool disk_full = false;
  std::uint64_t restarts = 0;
};

/// One partition. Ends of logs are reckoned from a moment and a rate, not counted.
struct KafkaPartition {
  std::string topic;
  int number = 0;
  int min_isr = 2;
  std::vector<int> replicas = {};  ///< node ids, the preferred leader first
  std::set<int> in_sync = {};
  int leader = -1;
  int leader_epoch = 0;
  double records_per_second = 0;
  int record_bytes = 1000;
};

/// A Kafka cluster over time, in memory: processes, sessions, leaders, in-sync sets, logs that
/// grow, replicas that catch up, elections, the controllers' quorum, and a producer with acks=all
/// on every partition whose acks it accounts for. Nothing is ticked: what is due is asked of the
/// timeline.
///
/// Held to what is known of Kafka 4 (docs/sandbox.md): controlled shutdown moves leaders within a
/// heartbeat; a broker that dies leaves the in-sync sets when its session ends; a new process of a
/// broker is refused until its old session has ended, also after a controlled shutdown; replicas
/// that are out of sync share the sender's catch-up rate; a replica joins once it has the leader's
/// end; a produce is refused while fewer than min.insync.replicas are in sync; leaders go back to
/// the preferred ones after the imbalance check. One thread.
class KafkaModel {
 public:
  /// `changed` is told the pod of a process whose readiness or life has changed. Both borrowed.
  KafkaModel(KafkaSpec spec,
             Timeline& timeline,
             Random& random,
             std::function<void(const std::string& pod)> changed);
  KafkaModel(const KafkaModel&) = delete;
  KafkaModel& operator=(const KafkaModel&) = delete;

  // The pods' side. Pods are known by name.

  /// Everything runs and is in sync, as if it had for an hour: for the beginning of a scenario.
  void settle();

  void start(const std::string& pod);

  /// SIGTERM: how long until the process has ended.
  Duration stop(const std::string& pod);

  /// The process is gone; without a `stop` before it, it died.
  void end(const std::string& pod);

  [[nodiscard]] bool is_ready(const std::string& pod) const;
  [[nodiscard]] std::optional<int> exited(const std::string& pod) const;

  // Faults.

  void never_catch_up(const std::string& pod, bool holds);
  void fill_disk(const std::string& pod);

  /// The active controller loses its leadership; another one is elected after a moment. Says which.
  std::string fail_over();

  // Reading.

  [[nodiscard]] const KafkaSpec& spec() const { return spec_; }

  /// By pod; nullptr where it is none of its pods.
  [[nodiscard]] const KafkaNode* node(const std::string& pod) const;

  [[nodiscard]] const std::map<int, KafkaNode>& nodes() const { return nodes_; }

  [[nodiscard]] const std::vector<KafkaPartition>& partitions() const { return partitions_; }

  /// Records in a replica's log now.
  [[nodiscard]] std::int64_t log_end(const KafkaPartition& partition, int node) const;

  [[nodiscard]] std::optional<int> active_controller() const { return active_; }

  [[nodiscard]] int epoch() const { return epoch_; }

  /// End of the metadata log of a controller.
  [[nodiscard]] std::int64_t metadata_end(int node) const;

  [[nodiscard]] std::string cluster_id() const { return cluster_id_; }

  /// What a process has logged since it started; of its last one where `previous`.
  [[nodiscard]] std::string log(const std::string& pod, bool previous) const;

  [[nodiscard]] KafkaReport report() const;
  void reset_report();

 private:
  // Private members are the implementer's; the file may be split (model_replication.cpp,
  // model_quorum.cpp, model_account.cpp).
  KafkaSpec spec_;
  Timeline& timeline_;
  Random& random_;
  std::function<void(const std::string& pod)> changed_;
  std::map<int, KafkaNode> nodes_;
  std::vector<KafkaPartition> partitions_;
  std::optional<int> active_;
  int epoch_ = 1;
  std::string cluster_id_;
};

/// Answers Jolokia's read and bulk requests about one process (port 7777).
[[nodiscard]] std::optional<kube::Response> serve_jolokia(const KafkaModel& model,
                                                          const std::string& pod,
                                                          const kube::Request& request);

}  // namespace cfkops::sandbox
