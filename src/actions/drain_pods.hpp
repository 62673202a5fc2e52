#pragma once

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <set>
#include <string>
#include <vector>

namespace cfkops::actions {

/// What a drain may do, as kubectl's flags have it.
struct DrainOptions {
  bool ignore_daemonsets = false;
  bool delete_emptydir = false;
  bool force = false;             ///< also pods that nobody makes again
  std::string pod_selector = {};  ///< only these; all where it is empty
};

/// What becomes of a pod.
enum class PodFate {
  Stays,  ///< nobody touches it
  Going,  ///< it is on its way out already
  Goes,   ///< it is evicted
};

/// Who goes when: a wave begins when the one before is gone.
enum class Wave { Stateless, Stateful, Kafka };

/// "stateless", "stateful" or "Kafka".
[[nodiscard]] std::string_view to_string(Wave wave);

/// A pod of the node.
struct DrainPod {
  kube::Object pod = {};
  PodFate fate = PodFate::Goes;
  Wave wave = Wave::Stateless;
  bool made_again = true;                  ///< by a controller, once it is gone
  std::string why = {};                    ///< of Stays: "of DaemonSet kube-proxy"
  std::vector<std::string> notes = {};     ///< "data of its emptyDir volumes is lost: cache"
  std::vector<std::string> refusals = {};  ///< why it may not go, each with what permits it

  /// "shop/web-7d4"
  [[nodiscard]] std::string name() const { return pod.ns() + "/" + pod.name(); }
};

/// Judges pods as `kubectl drain` does, except that every finding counts and not only the last:
/// pods of DaemonSets and mirrors of static pods stay; pods with emptyDir volumes and pods without
/// a controller are refused unless permitted; those that have ended always go. `orphaned` are the
/// DaemonSets that pods name and that are not there, as "namespace/name". Pure.
[[nodiscard]] DrainPod judge_pod(const kube::Object& pod,
                                 const DrainOptions& options,
                                 const std::set<std::string>& orphaned);

/// The pods of the node that are not gone, judged; by namespace and name. Errors: those of reading.
[[nodiscard]] Result<std::vector<DrainPod>> read_drain_pods(kube::Reader& reader,
                                                            const std::string& node,
                                                            const DrainOptions& options);

/// The names of those that do not stay. Pure.
[[nodiscard]] std::vector<std::string> names_of_going(const std::vector<DrainPod>& pods);

/// Which pods of the node a drain looks at.
[[nodiscard]] kube::ListOptions pods_on(const std::string& node, const DrainOptions& options);

}  // namespace cfkops::actions
