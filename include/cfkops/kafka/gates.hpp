#pragma once

#include "cfkops/kafka/state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::kafka {

/// A pure judgement of a reading. Unknown blocks like No.
struct GateVerdict {
  enum class Answer { Yes, No, Unknown };

  Answer answer = Answer::Unknown;
  std::string summary = {};               ///< one line with the counts
  std::vector<std::string> reasons = {};  ///< all of them, with topic, partition and pod names
  std::string waiver = {};                ///< the parameter that permits it, where one does
  std::set<std::string> waived = {};      ///< what that parameter must list, all of it

  [[nodiscard]] bool yes() const { return answer == Answer::Yes; }

  /// The parameter with its value: "waiver_topics=orders,payments"; "" where nothing permits it.
  [[nodiscard]] std::string permit() const;
};

/// Is every partition fully in sync with a leader, no replica offline, no broker silent, not
/// running or fenced, and exactly one controller active? Where there are no controllers to ask,
/// that part is left out only with `controllers_expected == 0`.
[[nodiscard]] GateVerdict replication_is_full(const ClusterGauges& gauges,
                                              std::size_t brokers_expected,
                                              std::size_t controllers_expected);

/// May this broker stop? By the classes of docs/architecture.md: no partition of it may lose its
/// last in-sync replica or fall below its min.insync.replicas. RF1 and UNROLLABLE partitions are
/// passed only when their topic is in `waived_topics`. Everything not positively known is Unknown.
[[nodiscard]] GateVerdict may_stop_broker(const PartitionTable& table,
                                          const std::string& pod,
                                          const std::set<std::string>& waived_topics);

/// Is the KRaft quorum whole: one leader known to all, one epoch, every voter within `max_lag`
/// records?
[[nodiscard]] GateVerdict quorum_is_whole(const ClusterGauges& gauges, std::int64_t max_lag = 1000);

/// May this controller stop: would a majority that has caught up remain without it?
[[nodiscard]] GateVerdict may_stop_controller(const ClusterGauges& gauges,
                                              const std::string& pod,
                                              std::int64_t max_lag = 1000);

/// How far a restarted broker is from being in sync again with everything it hosted before.
struct CatchUp {
  struct Lag {
    TopicPartition partition = {};
    std::string leader = {};                   ///< pod, "" where none is known
    std::optional<std::int64_t> records = {};  ///< behind the leader's log end; nothing: unknown
  };

  std::vector<Lag> missing = {};             ///< not in sync yet, worst first
  std::size_t expected = 0;                  ///< partitions it hosted before
  std::optional<std::int64_t> records = {};  ///< behind in all; nothing where any is unknown
  bool known = false;  ///< every expected partition has a leader that answered

  /// Known, and nothing missing.
  [[nodiscard]] bool complete() const { return known && missing.empty(); }
};

/// `hosted` is what the broker hosted before it stopped (or hosts now, whichever is more).
[[nodiscard]] CatchUp catch_up(const PartitionTable& table,
                               const std::string& pod,
                               const std::set<TopicPartition>& hosted);

/// Turns successive measurements of "records behind" into an estimate; a plain value.
class CatchUpEstimate {
 public:
  void add(MonoTime when, std::int64_t records_behind);

  /// The time from `now` until zero at the rate of the last minute; nothing while that is not known
  /// or not falling, where the last measurement is older than 10 s, and beyond a day.
  [[nodiscard]] std::optional<Duration> remaining(MonoTime now) const;

  /// The last time the backlog got smaller than ever before.
  [[nodiscard]] std::optional<MonoTime> last_progress() const { return last_progress_; }

 private:
  std::vector<std::pair<MonoTime, std::int64_t>> samples_;
  std::optional<std::int64_t> least_;
  std::optional<MonoTime> last_progress_;
};

}  // namespace cfkops::kafka
