#pragma once

#include "cfkops/audit/join.hpp"
#include "cfkops/base/result.hpp"

#include <string_view>

namespace cfkops::audit {

/// A line of the API server's audit log.
struct ReadEvent {
  ClusterEvent event;
  bool complete = false;  ///< its stage is ResponseComplete or Panic
};

/// Errors: InvalidInput, where it is no Event of audit.k8s.io/v1.
[[nodiscard]] Result<ReadEvent> read_event(std::string_view line);

/// It would change the cluster, or act within a container: dry runs and access reviews do not.
[[nodiscard]] bool is_change(const ClusterEvent& event);

/// The request is one that carries this mutation out: verb and object agree.
[[nodiscard]] bool carries_out(const ClusterEvent& event, const JournalledMutation& mutation);

}  // namespace cfkops::audit
