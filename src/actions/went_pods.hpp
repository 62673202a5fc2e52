#pragma once

#include "drain_pods.hpp"

#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/value.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// A pod that was sent away, and who makes it again.
struct WentPod {
  std::string ns = {};
  std::string pod = {};
  std::string uid = {};
  std::string kind = {};  ///< of its controller; "" where nobody makes it again
  std::string controller = {};
  std::string controller_uid = {};
};

/// Of a pod that goes. Pure.
[[nodiscard]] WentPod went_pod(const DrainPod& one);

/// Of a pod of which only this is known any more: its controller is told by its name, as
/// ReplicaSets and StatefulSets name their pods. Errors: those of reading.
[[nodiscard]] Result<WentPod> went_pod_by_name(kube::Reader& reader,
                                               const std::string& ns,
                                               const std::string& pod,
                                               const std::string& uid);

/// As `node.drain` gives it to later steps: namespace, pod, uid, and the controller's kind, name
/// and uid (null where nobody makes it again). Pure.
[[nodiscard]] runbook::Value to_value(const WentPod& one);

/// Reads such a list. Errors: InvalidInput.
[[nodiscard]] Result<std::vector<WentPod>> went_pods_of(const runbook::Value& list);

/// What is not back, a line each: a controller that has fewer Ready pods than it wants, a pod of a
/// StatefulSet that is not there again or not Ready. A pod with the uid of one that went does not
/// count, nor one on `node`, where that is not "". Whoever is gone, or wants none any more, lacks
/// none. Errors: those of reading.
[[nodiscard]] Result<std::vector<std::string>> not_back(kube::Reader& reader,
                                                        const std::vector<WentPod>& went,
                                                        const std::string& node);

}  // namespace cfkops::actions
