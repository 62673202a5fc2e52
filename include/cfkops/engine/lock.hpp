#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

struct Catalogue;

/// What only one run at a time may work on, and the Lease (coordination.k8s.io/v1) that stands for
/// it: of one name wherever it is taken from, so that two runs contend for the same object.
struct LockTarget {
  std::string text;   ///< "kafka confluent/kafka"
  std::string ns;     ///< of the Lease
  std::string lease;  ///< its name

  friend bool operator==(const LockTarget&, const LockTarget&) = default;
};

/// Who takes a lock.
struct LockHolder {
  std::string identity;  ///< "<run id> <user>@<host>"
  std::string run;
  std::string runbook;
  std::string process;  ///< base::process_identity
};

/// How locks are taken.
struct LockSettings {
  Duration lease = std::chrono::seconds(60);  ///< how long one holds without being renewed
  std::string break_reason = {};  ///< take it from whoever holds it, for this reason; "": do not
  std::string process = {};       ///< what holds it, as base::process_identity; "": this process
};

/// The shortest `LockSettings::lease`, and what it is a whole number of.
inline constexpr Duration kShortestLease = std::chrono::seconds(3);
inline constexpr Duration kLeaseUnit = std::chrono::seconds(1);

/// The `reason` of the error where somebody else holds a lock, and where ours may not hold any
/// more.
inline constexpr std::string_view kLockHeld = "LockHeld";
inline constexpr std::string_view kLockLost = "LockLost";

/// It is one of the two.
[[nodiscard]] bool concerns_lock(const Error& error);

/// The lock on one object. Of what is in no namespace (`ns` is "") the Lease is in "default".
[[nodiscard]] LockTarget lock_target(std::string_view kind,
                                     const std::string& ns,
                                     std::string_view name);

/// The locks that a run takes, sorted, each once: those under the runbook's `locks`, else one on
/// each object that a `ref<…>` parameter means, else one on the namespace; none where no step can
/// change anything. `bindings` hold `params` and `run`. Errors: InvalidInput, naming the entry.
[[nodiscard]] Result<std::vector<LockTarget>> lock_targets(const runbook::Runbook& runbook,
                                                           const Catalogue& catalogue,
                                                           const runbook::Bindings& bindings,
                                                           const std::string& ns);

/// These in the order in which every run takes them, each once: of two runs that want the same ones
/// one gets all.
[[nodiscard]] std::vector<LockTarget> in_order(std::vector<LockTarget> targets);

/// What taking, renewing and giving back these locks asks of the server.
[[nodiscard]] std::vector<kube::AccessQuestion> lock_permissions(
    const std::vector<LockTarget>& targets);

/// What the Lease of a lock says.
struct LockRecord {
  std::string ns;
  std::string lease;
  std::string target;   ///< "kafka confluent/kafka"
  std::string holder;   ///< "20260102-030405-beef ana@desk"; "" where nobody holds it
  std::string run;      ///< the id in it
  std::string runbook;  ///< of the holder, or of the last one
  std::string process;  ///< base::process_identity of the holder, or of the last one
  std::string since;    ///< RFC 3339, by the holder's clock
  std::string renewed;  ///< ditto
  Duration duration = std::chrono::seconds(60);  ///< how long it holds without being renewed
  std::int64_t token = 0;  ///< grows with every holder (leaseTransitions): the fencing token
  std::string uid;
  std::string resource_version;
};

/// Reads one. What is missing keeps its default.
[[nodiscard]] LockRecord read_lock(const kube::Object& lease);

/// Which Leases are locks.
inline constexpr std::string_view kLockSelector = "app.kubernetes.io/managed-by=cfkops";

}  // namespace cfkops::engine
