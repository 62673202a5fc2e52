#pragma once

#include "model.hpp"
#include "storage.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::placement {

/// A pod that stays where it is.
struct Standing {
  Pod pod = {};
  int node = 0;
  std::vector<Disk> disks = {};
};

/// A pod that has to find a node.
struct Mover {
  Pod pod = {};
  VolumeNeeds needs = {};
};

/// How many disks of a driver a node can have.
struct DiskLimits {
  bool known = false;  ///< then a driver without a number has no limit
  std::map<std::string, std::int64_t> most = {};
};

/// A cluster and the node that is to be drained, ready to be judged.
struct World {
  std::vector<Node> nodes = {};
  int drained = -1;  ///< -1 where the view does not have it
  std::vector<Standing> standing = {};
  std::vector<Mover> movers = {};  ///< the copies of the drained pods that come back
  std::vector<Pod> leavers = {};   ///< the drained pods that do not
  std::vector<Mover> rivals = {};  ///< pods that wait, or soon will, drain or not
  std::map<std::string, Labels> namespaces = {};
  Storage storage = {};
  std::vector<DiskLimits> limits = {};  ///< by node

  /// The pod is meant by a term of another pod's affinity.
  [[nodiscard]] bool means(const PodTerm& term, const Pod& pod) const;
};

/// Reads the view.
[[nodiscard]] World read_world(const View& view, const std::string& node);

}  // namespace cfkops::placement
