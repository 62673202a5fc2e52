#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/placement/placement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// How a node that has joined is to be; what is empty is not asked.
struct JoinedWish {
  std::string zone = {};
  std::string pool = {};                 ///< a label, "pool=kafka": that of its like
  std::vector<std::string> taints = {};  ///< "dedicated=kafka:NoSchedule", all that it is to have
  bool takes_pods = false;               ///< a pod could be placed there now
};

/// What is known of such a node.
struct JoinedView {
  kube::Object node = {};
  placement::View cluster = {};
  std::vector<kube::Object> pods = {};  ///< of the node
  std::vector<kube::Object> daemon_sets = {};
  std::string renewed = {};  ///< its lease; "" where there is none
  std::string server = {};   ///< the API server's version
  std::optional<WallTime> server_time = {};
};

/// What there is to say of it, a sentence each.
struct JoinedFindings {
  std::vector<std::string> wrong = {};
  std::vector<std::string> unknown = {};
  std::vector<std::string> right = {};
};

/// Whether a node is fit for work: Ready and without pressure, heard of lately, of a version that
/// goes with the API server and its pool, with the labels and taints that it is to have, all pods
/// of DaemonSets that are for it Ready, and as large as the nodes of its pool. Pure.
[[nodiscard]] JoinedFindings judge_joined(const JoinedView& view, const JoinedWish& wish);

}  // namespace cfkops::actions
