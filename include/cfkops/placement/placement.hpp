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

/// Whether the pods of `node` fit elsewhere together once it is cordoned and drained, whatever
/// order their copies come in. Judged as the scheduler's default filters do (v1.34): unschedulable,
/// taints, selectors and affinity, resources with init containers and overhead, host ports,
/// affinity and anti-affinity among pods, hard spread constraints, volumes bound to nodes or zones.
/// DaemonSet and mirror pods stay, pods without a controller do not come back: neither counts.
///
/// Yes: every pod gets a node however the scheduler chooses or, where it depends on that, in many
/// runs of a scheduler that rates nodes much as the default one does. No: a pod fits nowhere, or
/// the pods fit in no arrangement. What depends on what is not in the view is Unknown: extended
/// resources' devices, claims that are not there or not bound, preemption, other schedulers,
/// controllers that are not Kubernetes' own, nodes that are not Ready, room that waiting pods may
/// take. Volume limits of drivers are known from `csi_nodes`; without them as many volumes are
/// taken to fit as a node of the same instance type has, and more are Unknown. A node that is not
/// in the view is Unknown, without pods.
[[nodiscard]] Forecast drain(const View& view, const std::string& node);

/// Whether pods that are not there yet fit together, judged in the same way. `pods` are as their
/// controller will make them, its reference among their owners, with the claims of their own that
/// are not there yet as `ephemeral` volumes; the node that they name does not count.
[[nodiscard]] Forecast add(const View& view, const std::vector<Json>& pods);

}  // namespace cfkops::placement
