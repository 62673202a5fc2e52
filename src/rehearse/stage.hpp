#pragma once

#include "joining.hpp"
#include "request_target.hpp"

#include "cfkops/rehearse/rehearse.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// A request that a run sent.
struct SentRequest {
  std::string method;
  RequestTarget target;
  bool mutation = false;
  std::string step;       ///< as of `Witness::step`
  std::string path = {};  ///< with its query
};

/// A pod that was made during a run.
struct MadePod {
  std::string pod;             ///< with its namespace
  std::uint64_t requests = 0;  ///< how many had been sent by then, at the least
};

/// Where one run has been.
struct Trace {
  std::vector<SentRequest> requests;  ///< in order
  std::vector<MadePod> made;          ///< in order
  std::vector<std::string> writes;    ///< the step of each write of its log
  std::vector<PathMark> marks;        ///< what it took away
};

/// Is asked at each place of a run what goes wrong from there on.
class Crossroads {
 public:
  Crossroads() = default;
  Crossroads(const Crossroads&) = delete;
  Crossroads& operator=(const Crossroads&) = delete;
  virtual ~Crossroads() = default;

  /// Before the request of that number leaves; what happens "on" a request counts from it.
  virtual std::vector<sandbox::Fault> at_request(std::uint64_t number) = 0;

  /// Before the write of that number to the log: whether we are killed.
  virtual bool killed_at_write(std::uint64_t number) = 0;

  /// Whether a fault of this object has happened to the run.
  [[nodiscard]] virtual bool has_branched() const = 0;

  /// Takes the report of a run that has branched, and ends its process.
  [[noreturn]] virtual void arrive(Rehearsed run) = 0;
};

/// Who comes along on a run; borrowed, nullptr for nobody.
struct Company {
  Trace* trace = nullptr;  ///< is filled
  Crossroads* crossroads = nullptr;
  const PlainPath* plain = nullptr;  ///< where a run that has branched may come back to
  /// Is given the cluster as it is in the end.
  std::function<void(sandbox::Cluster&)> after = {};
};

/// Runs it once on a fresh cluster with these faults and judges what it did; a run that has
/// branched arrives at its crossroads instead of coming back. Errors: those of `Cluster::begin`.
[[nodiscard]] Result<Rehearsed> run_once(const Rehearsal& rehearsal,
                                         const std::vector<sandbox::Fault>& faults,
                                         const Company& company);

}  // namespace cfkops::rehearse
