#pragma once

#include "workload.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::actions {

/// How far a workload is from having so many pods.
struct ScaleState {
  bool there = false;
  bool foreign = false;  ///< somebody wants another number now
  std::string why = {};
  std::vector<std::string> details = {};  ///< pods that are not Ready or still going, with why
};

/// `pods` are those that its selector finds. All of them count as going that have a deletion time:
/// fewer replicas are there when the others are gone. Pure.
[[nodiscard]] ScaleState scale_state(const kube::Object& workload,
                                     const std::vector<kube::Object>& pods,
                                     std::int64_t replicas);

/// Waits by watch until the workload has so many Ready pods and no other. Done with the outputs
/// `ready`; Refused where somebody changes the number meanwhile; NotYet at the step's deadline.
[[nodiscard]] engine::Outcome wait_scaled(const engine::Context& context,
                                          kube::Client& client,
                                          const Workload& workload,
                                          std::int64_t replicas);

}  // namespace cfkops::actions
