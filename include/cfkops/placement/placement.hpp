#pragma once

#include "cfkops/base/json.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::placement {

/// Whether a pod would find another node.
enum class Verdict { Yes, No, Unknown };

[[nodiscard]] std::string_view to_string(Verdict verdict);

/// What is known of a cluster: objects as the API gives them.
struct View {
  std::vector<Json> nodes = {};
  std::vector<Json> pods = {};     ///< of all namespaces
  std::vector<Json> claims = {};   ///< PersistentVolumeClaims
  std::vector<Json> volumes = {};  ///< PersistentVolumes
  std::vector<Json> classes = {};  ///< StorageClasses
  std::vector<Json> namespaces = {};
  std::vector<Json> csi_nodes = {};  ///< CSINodes, for the limits of attached volumes
};

/// Where one pod of a drained node would go.
struct Placement {
  std::string ns;
  std::string pod;
  Verdict verdict = Verdict::Unknown;
  std::string node = {};              ///< of Yes, the one that it was counted on
  std::vector<std::string> why = {};  ///< of No and Unknown: "2 nodes: insufficient memory", …
};

/// What draining a node would do to its pods.
struct Forecast {
  Verdict verdict =
      Verdict::Unknown;  ///< Yes where every pod fits at once, No where one surely does not
  std::vector<Placement> pods = {};
};

/// Whether the pods of `node` fit elsewhere together once it is cordoned and drained, in the order
/// in which a drain evicts them. Judged as the scheduler's default filters do (v1.34):
/// unschedulable, taints, node name, selectors and affinity, resources with init containers and
/// overhead, host ports, affinity and anti-affinity among pods, hard spread constraints, volumes
/// bound to nodes or zones. DaemonSet and mirror pods stay, pods without a controller do not come
/// back: neither counts. What depends on what is not in the view (extended resources' devices,
/// volume limits of drivers, claims that are not there, preemption, other schedulers) is Unknown,
/// never Yes.
[[nodiscard]] Forecast drain(const View& view, const std::string& node);

}  // namespace cfkops::placement
