#pragma once

#include "kafka_cluster.hpp"
#include "kafka_patience.hpp"
#include "kafka_roll_order.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kafka/gates.hpp"
#include "cfkops/kube/reader.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cfkops::actions {

/// A process that was taken down, as it was before.
struct Departed {
  RollEntry entry;
  std::string uid;
  std::optional<std::int64_t> start_time_ms = {};
  std::set<kafka::TopicPartition> hosted = {};
  MonoTime since = {};
  std::string revision = {};  ///< that its replacement is to have, "" where that is not known
  bool others_down = false;   ///< others are that will be restarted next: not all can be in sync
};

struct ReturnOptions {
  Duration settle = {};         ///< how long all must stay well once it is
  Duration ready_timeout = {};  ///< how long nothing may move
};

/// Waits for a process that was taken down to be back as it was: another pod of that name and of
/// the revision that its StatefulSet gives it, Ready, its process running and newer, in sync again
/// with everything that it hosted, and all that for the settling time. Progress is a state that it
/// never reached before, fewer partitions missing than ever, or a smaller backlog than ever. While
/// the API server is away nothing is known and nothing is decided, and that time does not count.
/// Borrows all but `departed`.
class ReturnWatch {
 public:
  ReturnWatch(const engine::Context& context,
              kube::Reader& reader,
              const KafkaCluster& cluster,
              const ReturnOptions& options,
              Departed departed,
              Patience& patience);

  /// The uid of the new pod. Errors: Cancelled; Timeout where nothing moved for too long; Invalid
  /// where the pod cannot come back by itself; those of reading that do not heal.
  [[nodiscard]] Result<std::string> wait();

  /// The last lines of the pod's log, newest last; the container before it first. Empty where logs
  /// may not be read.
  [[nodiscard]] std::vector<std::string> log_tail();

 private:
  /// How far it has come.
  enum class Stage {
    ShutsDown,
    Missing,
    Made,       ///< the new pod is there; `left` counts what is before its containers
    Runs,       ///< a container runs
    Answers,    ///< the process does
    Recovers,   ///< its logs, of which some are `left`
    Serves,     ///< but its pod is not Ready
    CatchesUp,  ///< with the partitions that are `left`
  };

  /// What one look found.
  struct Look {
    bool back = false;     ///< all is well, but for the settling
    bool known = true;     ///< false: the API server did not answer
    std::string why = {};  ///< what it is waiting for
    std::vector<std::string> details = {};
    Stage stage = Stage::ShutsDown;
    std::optional<std::int64_t> left = {};  ///< to do in that stage
    std::optional<Error> failure = {};
  };

  Look look();
  Look look_at_process(const kube::Object& pod);
  Look look_at_broker(const kube::Object& pod);
  Look look_at_controller(const kube::Object& pod);
  Look look_at_cluster();
  Look look_at_partitions(const kafka::GateVerdict& replication);
  Look describe_lag(const kafka::CatchUp& lag);
  Look starting(const std::string& why, Stage stage, std::optional<std::int64_t> left = {});
  bool has_its_revision(const kube::Object& pod);

  [[nodiscard]] std::string stuck(const kube::Object& pod) const;
  [[nodiscard]] std::vector<std::string> read_log(bool previous, int lines);
  [[nodiscard]] std::string log_hint();
  [[nodiscard]] bool due(MonoTime& last, Duration every) const;
  [[nodiscard]] Duration until_next_look(const Look& look) const;
  void account(const Look& look);
  [[nodiscard]] bool advanced(const Look& look);
  void report(const Look& look);

  [[nodiscard]] MonoTime now() const { return reader_.loop().clock().now(); }

  [[nodiscard]] std::optional<Error> overdue(const Look& look) const;

  const engine::Context& context_;
  kube::Reader& reader_;
  const KafkaCluster& cluster_;
  ReturnOptions options_;
  Departed departed_;
  Patience& patience_;

  std::string new_uid_;
  std::string container_;
  std::string seen_text_;  ///< the pod as the server last told of it: most looks see it unchanged
  std::optional<kube::Object> seen_;
  Stage best_ = Stage::ShutsDown;
  std::map<Stage, std::int64_t> least_left_;
  MonoTime last_progress_;
  MonoTime last_look_;
  MonoTime last_log_ = MonoTime::min();
  MonoTime last_detail_ = MonoTime::min();
  MonoTime last_report_ = MonoTime::min();
  std::string log_hint_;
  bool logs_denied_ = false;
  Look lag_;  ///< as last read in detail
  kafka::CatchUpEstimate estimate_;
  std::optional<MonoTime> well_since_;
};

}  // namespace cfkops::actions
