#pragma once

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::audit {

/// One request as the API server's own audit log tells it: an Event of audit.k8s.io/v1.
struct ClusterEvent {
  std::string id;  ///< Audit-ID
  std::string verb;
  std::string group;
  std::string resource;  ///< plural
  std::string subresource;
  std::string ns;
  std::string name;  ///< "" where the server does not tell it
  std::string user;  ///< the one it acted as
  std::string agent;
  bool dry_run = false;
  int code = 0;  ///< of the answer; 0 where the log does not tell it
  WallTime time = {};

  /// "patch statefulsets.apps/scale confluent/kafka"
  [[nodiscard]] std::string text() const;
};

/// A change as the run's journal tells it: an intent and its effect.
struct JournalledMutation {
  std::uint64_t number = 0;
  std::string step;
  std::string time;
  std::string verb;
  std::string resource;  ///< "statefulsets.apps"
  std::string subresource;
  std::string ns;
  std::string name;
  int status = 0;  ///< 0: no answer
  std::string error;
  bool open = false;                  ///< its effect is not on record
  bool unknown = false;               ///< so it is, or it is on record as unknown
  std::vector<std::string> ids = {};  ///< Audit-IDs of its attempts; of an open one the first alone

  /// "evict pods confluent/kafka-2"
  [[nodiscard]] std::string text() const;
};

/// What the two logs say together of one mutation.
struct JoinedMutation {
  enum class Verdict {
    Agrees,      ///< both say the same, or the request is known not to have got there
    Applied,     ///< the journal did not know; the cluster says that it took effect
    NotApplied,  ///< the journal did not know; the cluster says that it did not take effect
    Unresolved,  ///< neither knows
    Missing,     ///< the journal says that it was answered; the cluster has no such request
    Differs,     ///< they contradict each other
  };

  JournalledMutation mutation;
  Verdict verdict = Verdict::Agrees;
  std::string why;                   ///< "" of Agrees
  std::vector<ClusterEvent> events;  ///< of its attempts
};

/// The enumerator in lower case, words joined by "_".
[[nodiscard]] std::string_view to_string(JoinedMutation::Verdict verdict);

struct JoinReport {
  std::string run_id;
  std::vector<JoinedMutation> mutations;
  std::vector<ClusterEvent> strangers;  ///< ours by Audit-ID, or by user and User-Agent within the
                                        ///< run's time, but not in the journal
  std::map<std::string, std::size_t> other_runs;  ///< changes of the same user in that time whose
                                                  ///< Audit-ID names another run; by that run
  std::uint64_t events = 0;                       ///< lines of the cluster's log

  /// Both sides agree, and nothing is left unresolved.
  [[nodiscard]] bool agrees() const;
};

/// Lays a run's journal and the cluster's audit log side by side. One thread.
class Join {
 public:
  /// `lines` are a whole run's. Errors: InvalidInput, where they are not.
  [[nodiscard]] static Result<Join> of(const std::vector<LogLine>& lines);

  /// One line of the cluster's log. Lines about one request must come in their order; those of
  /// several API servers may come one log after the other. Errors: InvalidInput, where it is no
  /// audit event.
  Status take(std::string_view line);

  [[nodiscard]] JoinReport report() const;

 private:
  /// A request that might be ours.
  struct Request {
    ClusterEvent event;
    bool complete = false;  ///< answered to the end, as far as the log tells
  };

  using Requests = std::map<std::string, std::vector<Request>>;  ///< by Audit-ID

  Join() = default;
  void note_time(std::string_view line);
  [[nodiscard]] bool concerns(const ClusterEvent& event) const;
  [[nodiscard]] bool covers(const std::string& time) const;
  static std::optional<ClusterEvent> take_one(std::vector<Request>& same,
                                              const JournalledMutation& mutation);
  [[nodiscard]] std::vector<std::vector<ClusterEvent>> gather(Requests& left) const;
  [[nodiscard]] JoinedMutation judge(const JournalledMutation& mutation,
                                     std::vector<ClusterEvent> events) const;
  [[nodiscard]] JoinedMutation without_outcome(JoinedMutation joined) const;

  std::string run_id_;
  std::vector<std::string> users_;
  WallTime begin_ = {};
  WallTime end_ = {};
  std::vector<JournalledMutation> mutations_;
  Requests requests_;
  std::string first_;  ///< of the cluster's log, RFC 3339 with six decimals in UTC
  std::string last_;
  std::uint64_t taken_ = 0;
};

}  // namespace cfkops::audit
