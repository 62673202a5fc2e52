#pragma once

#include "container_image.hpp"
#include "workload.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::actions {

/// How far a workload is with giving its pods other images.
struct ImageRollout {
  bool there = false;
  bool foreign = false;  ///< somebody wants other images now
  std::string why = {};
  std::string problem = {};               ///< what its controller says will not heal by waiting
  std::vector<std::string> details = {};  ///< pods that are not Ready or still going, with why
  std::vector<kube::Object> stuck = {};   ///< pods of the new images that cannot start
  std::vector<kube::Object> former = {};  ///< pods of other images that are not Ready
  std::int64_t pods = 0;                  ///< of the new images
  std::int64_t restarts = 0;              ///< of their containers
};

/// `pods` are those that the workload's selector finds. It is there when the rollout is complete,
/// no pod of other images is left and none is going. Pure.
[[nodiscard]] ImageRollout image_rollout(const kube::Object& workload,
                                         const std::vector<kube::Object>& pods,
                                         const std::vector<ContainerImage>& images);

/// How often the containers of a pod were started again. Pure.
[[nodiscard]] std::int64_t restarts_of(const kube::Object& pod);

/// For how long a new pod may fail to start until its rollout is given up: one more try of the
/// kubelet's to pull an image.
constexpr Duration kRolloutPatience = std::chrono::seconds(20);

/// What is waited for.
struct RolloutWish {
  std::vector<ContainerImage> images;  ///< that the template has
  Duration patience = kRolloutPatience;
  bool back = false;  ///< it is taken back: pods of other images that do not get Ready have to go
};

/// Waits by watch until all pods of the workload have these images and are Ready. Done with the
/// outputs `pods` and `restarts`; Refused where somebody sets other images meanwhile; Failed where
/// a new pod cannot start, or the controller gives up, for as long as the patience; NotYet at the
/// step's deadline.
///
/// A StatefulSet that makes one pod after the other stands still at one that cannot start, be its
/// template mended: such pods of other images are deleted, and where it is taken back also those
/// that do not get Ready for as long as the patience.
[[nodiscard]] engine::Outcome wait_rolled_out(const engine::Context& context,
                                              kube::Client& client,
                                              const Workload& workload,
                                              const RolloutWish& wish);

/// A set that stands still at a pod that cannot start. Pure.
[[nodiscard]] bool goes_in_order(const kube::Object& workload);

}  // namespace cfkops::actions
