#pragma once

#include "stage.hpp"

#include "cfkops/sandbox/faults.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// One thing that is to go wrong at one place of the plain run.
struct FaultPoint {
  sandbox::Fault fault;
  std::string step;
  std::uint64_t place = 0;  ///< the request's number, or that of the write of the log for a kill
  /// The request from which on the run is another one than the plain run; 0 for a kill. Later than
  /// `place` where a fault lies in wait for a pod to be made again: then `waiting` is the same
  /// fault, and names that pod.
  std::uint64_t parting = 0;
  std::optional<sandbox::Fault> waiting = {};
};

/// What it hits is a pod (that of the request, where nothing else is named), its node or its
/// broker: it can take a broker away, or keep it from being whole, without anybody's doing.
[[nodiscard]] bool hits_a_pod(sandbox::FaultKind kind);

/// Chooses at most `count` of all kinds of fault at all requests of a plain run, evenly: each kind
/// in each step once where there is room, further ones where a step changes most. All requests that
/// change something are eligible, of reads a few in each step. By step in order, kind, place.
[[nodiscard]] std::vector<FaultPoint> choose_points(const Trace& plain, std::size_t count);

}  // namespace cfkops::rehearse
