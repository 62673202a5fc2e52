#pragma once

#include "kafka/answer_memo.hpp"
#include "kafka/model_state.hpp"
#include "random.hpp"
#include "timeline.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/kafka_report.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
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
  WallTime started = {};                        ///< of the process, as java.lang:type=Runtime says
  std::optional<MonoTime> last_heartbeat = {};  ///< counted up when the process is gone
  bool registered = false;                      ///< has a session with the controllers
  bool fenced = true;
  bool never_catches_up = false;
  bool disk_full = false;
  std::uint64_t restarts = 0;
};

/// One partition. Ends of logs are reckoned from a moment and a rate, not counted.
struct KafkaPartition {
  std::string topic;
  int number = 0;
  int min_isr = 2;                 ///< in effect: at most the number of replicas
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
/// the preferred ones after the imbalance check. A disk is full only where a fault says so: what
/// retention deletes is not known. One thread.
class KafkaModel {
 public:
  /// `changed` is told the pod of a process whose readiness or life has changed. Both borrowed.
  KafkaModel(KafkaSpec spec,
             Timeline& timeline,
             Random& random,
             std::function<void(const std::string& pod)> changed);
  KafkaModel(const KafkaModel&) = delete;
  KafkaModel& operator=(const KafkaModel&) = delete;
  ~KafkaModel() = default;

  // The pods' side. Pods are known by name.

  /// What has been started runs and is in sync, as if it had for an hour, and what has not has been
  /// away as long; where nothing has been started, all runs. For the beginning of a scenario.
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

  /// Each broker's disk is full, or no longer, for processes that start from now on.
  void fill_disks(bool full);

  /// The active controller loses its leadership; another one is elected after a moment. Says which.
  std::string fail_over();

  /// What one broker sends to replicas not in sync, at most; above 0.
  void set_catch_up(double bytes_per_second);

  // Reading.

  [[nodiscard]] const KafkaSpec& spec() const { return spec_; }

  /// The bytes in a broker's log directory that were there at the start; more than any volume holds
  /// where its disk is full.
  [[nodiscard]] double stored(const std::string& pod) const;

  /// By pod; nullptr where it is none of its pods.
  [[nodiscard]] const KafkaNode* node(const std::string& pod) const;

  [[nodiscard]] const std::map<int, KafkaNode>& nodes() const { return nodes_; }

  [[nodiscard]] const std::vector<KafkaPartition>& partitions() const { return partitions_; }

  /// The places in `partitions` of those that a node has a replica of.
  [[nodiscard]] const std::vector<std::size_t>& hosted(int node) const;

  /// Records in a replica's log now.
  [[nodiscard]] std::int64_t log_end(const KafkaPartition& partition, int node) const;

  [[nodiscard]] std::optional<int> active_controller() const { return active_; }

  [[nodiscard]] int epoch() const { return epoch_; }

  /// End of the metadata log of a controller.
  [[nodiscard]] std::int64_t metadata_end(int node) const;

  [[nodiscard]] std::string cluster_id() const { return cluster_id_; }

  /// What the calendar says now.
  [[nodiscard]] WallTime wall() const { return timeline_.wall(); }

  /// What a process has logged since it started; of its last one where `previous`.
  [[nodiscard]] std::string log(const std::string& pod, bool previous) const;

  [[nodiscard]] KafkaReport report() const;
  void reset_report();

 private:
  using Index = std::size_t;  ///< of a partition

  // model.cpp: pods and what is due.
  void settle_node(KafkaNode& node);
  void settle_partition(Index index);
  [[nodiscard]] KafkaNode* find_node(const std::string& pod);
  [[nodiscard]] Duration between(Duration low, Duration high);
  Timeline::TimerId later(Duration delay, std::function<void()> what);
  void later_for(int node, Duration delay, void (KafkaModel::*what)(KafkaNode&));
  void enter(KafkaNode& node, KafkaPhase phase);
  void tell(const KafkaNode& node);

  // model_process.cpp: beginnings, ends, sessions.
  void process_up(KafkaNode& node);
  void try_register(KafkaNode& node);
  void unfence(KafkaNode& node);
  void begin_fetching(KafkaNode& node);
  void become_ready(KafkaNode& node);
  void fail_disk(KafkaNode& node);
  void die(KafkaNode& node);
  void hand_over(KafkaNode& node);
  void watch_session(KafkaNode& node);
  void end_session(KafkaNode& node);
  [[nodiscard]] bool keeps_session(const KafkaNode& node) const;
  [[nodiscard]] bool serves(int node) const;

  // model_quorum.cpp: the controllers.
  [[nodiscard]] std::vector<int> voters() const;
  [[nodiscard]] bool has_majority() const;
  [[nodiscard]] std::int64_t active_metadata_end() const;
  void check_quorum(Duration low, Duration high);
  void lose_leadership();
  void elect_controller();
  void take_up();
  void take_up_node(KafkaNode& node);

  // model_leaders.cpp: leaders and in-sync sets.
  void drop_replicas(KafkaNode& node);
  void drop_replica(Index index, int node);
  void elect_leader(Index index);
  void set_leader(Index index, int leader);
  void watch_silent(Index index);
  void shrink(Index index);
  void restore_replicas(KafkaNode& node);
  void shrink_silent(int node, std::uint64_t session);
  void watch_balance();
  void balance_leaders();

  // model_replication.cpp: logs.
  [[nodiscard]] double leader_end(Index index) const;
  [[nodiscard]] double copy_end(Index index, const ReplicaCopy& copy) const;
  [[nodiscard]] std::optional<Index> index_of(const KafkaPartition& partition) const;
  [[nodiscard]] bool fetches(Index index, int node) const;
  void set_growth(Index index, double growth);
  void freeze_copy(Index index, int node);
  void freeze_copies(int node);
  void drop_copy(Index index, int node);
  void bring_forward(Index index, ReplicaCopy& copy);
  void share(int leader);
  Duration follow(Index index, ReplicaCopy& copy, double bytes_per_second);
  void ask_to_join(Index index, int node, const ReplicaCopy& copy);
  void join(Index index, int node);

  // model_account.cpp: acks and what is reported.
  void touch(Index index);
  void commit();
  void judge(Index index);
  void account(Index index, bool acks, bool under, bool offline);
  [[nodiscard]] PartitionAccount accrued(Index index) const;
  [[nodiscard]] ClusterAccount accrued_cluster() const;
  void account_cluster();
  [[nodiscard]] int brokers_down() const;

  // model_log.cpp: what processes write.
  void write(KafkaNode& node, std::string_view level, std::string_view text);
  void write_at(KafkaNode& node, WallTime time, std::string_view text);

  KafkaSpec spec_;
  Timeline& timeline_;
  Random& random_;
  std::function<void(const std::string& pod)> changed_;
  std::map<int, KafkaNode> nodes_;
  std::vector<KafkaPartition> partitions_;
  std::map<int, std::vector<Index>> hosted_;
  std::unordered_map<std::string, int> by_pod_;  ///< the ids of the nodes
  std::optional<int> active_;
  int epoch_ = 1;
  std::string cluster_id_;
  std::shared_ptr<const bool> alive_;  ///< what is due after the model has gone does not happen
  std::map<int, KafkaProcess> processes_;
  std::vector<PartitionState> states_;
  MonoTime balance_from_ = {};
  bool balance_due_ = false;
  bool election_due_ = false;
  std::optional<int> ousted_;  ///< does not win the next election
  double metadata_base_ = 0;   ///< records at `metadata_at_`
  MonoTime metadata_at_ = {};
  std::set<Index> touched_;
  std::set<int> unshared_;                       ///< leaders whose sending is to be reckoned anew
  std::set<Index> lagging_;                      ///< partitions with copies
  std::map<int, Timeline::TimerId> deliveries_;  ///< by leader: when a copy is next to be looked at
  ClusterAccount cluster_;
};

/// Answers Jolokia's read and bulk requests about one process (port 7777); `memo` is that of all
/// processes of this model.
[[nodiscard]] std::optional<kube::Response> serve_jolokia(const KafkaModel& model,
                                                          const std::string& pod,
                                                          const kube::Request& request,
                                                          AnswerMemo& memo);

}  // namespace cfkops::sandbox
