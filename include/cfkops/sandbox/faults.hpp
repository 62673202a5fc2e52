#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"
#include "cfkops/base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What can go wrong. The names in files are in kebab case: "answer-lost".
enum class FaultKind {
  RequestRefused,        ///< the API server answers `code` (500, 503, 429, …) and does nothing
  RequestLost,           ///< the connection breaks before the request takes effect
  AnswerLost,            ///< the request takes effect, then the connection breaks
  RequestTimeout,        ///< no answer comes; it takes effect after the client has given up
  SlowServer,            ///< each answer takes `lasting_each` more, for `lasting`
  ServerAway,            ///< connections are refused for `lasting`
  WatchLost,             ///< all open watches break off
  WatchExpired,          ///< all open watches end in 410; older revisions are forgotten
  NodeLost,              ///< a node's kubelet stops, its processes die; for `lasting`, or for good
  PodNeverReady,         ///< a pod's next incarnation runs and never gets ready
  ImagePullFails,        ///< a pod's next incarnation cannot pull its image
  BrokerNeverCatchesUp,  ///< a broker's replicas stay behind once they are out of sync
  DiskFull,              ///< a broker's log directory fails: it dies, and again at each start
  ControllerFailover,    ///< the active KRaft controller loses its leadership
  ClockJump,             ///< the calendar jumps by `lasting`
  BudgetCloses,  ///< every PodDisruptionBudget of the namespace lets nothing go for `lasting`
  Kill,          ///< we are killed; carried out by whoever runs us, at a journal write
};

/// As files and reports name it.
[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> fault_kind(std::string_view name);

/// In the order of the enumeration.
[[nodiscard]] std::span<const FaultKind> all_fault_kinds();

/// Which requests of the client a fault means; what is empty matches all.
struct RequestMatch {
  std::string method = {};    ///< "POST"
  std::string resource = {};  ///< "pods", "pods/eviction", "statefulsets"
  std::string ns = {};
  std::string name = {};
};

/// When and to what something goes wrong. A fault happens at a moment (`at`), or with a request:
/// the `nth` that matches.
struct Fault {
  FaultKind kind = FaultKind::RequestRefused;
  std::string title = {};           ///< for the report; "" means the kind with its target
  std::optional<Duration> at = {};  ///< after the start
  std::optional<RequestMatch> on = {};
  std::uint64_t nth = 1;  ///< of the matching requests, from 1
  int times = 1;          ///< so many matching requests in a row
  Duration lasting = {};  ///< 0: for good
  Duration lasting_each = {};
  int code = 500;
  std::string ns = {};      ///< of the target; "" means wherever the name is found
  std::string target = {};  ///< a node's, pod's or broker pod's name; "": that of the request
};

/// Reads a file of kind Faults (docs/faults.md). Errors: InvalidInput with line and column, all
/// that were found.
[[nodiscard]] tl::expected<std::vector<Fault>, std::vector<Error>> load_faults(
    std::string_view text, const std::string& file);

/// Its title, else "answer-lost on POST pods/eviction confluent/kafka-1 (1st)".
[[nodiscard]] std::string describe(const Fault& fault);

}  // namespace cfkops::sandbox
