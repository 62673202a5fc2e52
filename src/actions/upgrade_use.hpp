#pragma once

#include "cfkops/kube/object.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// An API version that Kubernetes 1.`minor` serves no more.
struct Removal {
  std::string_view group;
  std::string_view version;
  std::string_view plural;
  int minor;
};

/// Those since 1.26, by https://kubernetes.io/docs/reference/using-api/deprecation-guide/, whose
/// newest are of 1.32. What comes later is known by what the API server itself counts.
[[nodiscard]] std::span<const Removal> removals();

/// What keeps a cluster from an upgrade, and what cannot be told; a sentence each.
struct UpgradeFindings {
  std::vector<std::string> wrong = {};
  std::vector<std::string> unknown = {};
};

/// The minor version of "1.35" or "v1.34.4"; -1 where it is none of Kubernetes 1. Pure.
[[nodiscard]] int minor_version(std::string_view text);

/// How many minor versions a kubelet of 1.`kubelet` may be behind its API server, by
/// https://kubernetes.io/releases/version-skew-policy/. Pure.
[[nodiscard]] int most_behind(int kubelet);

/// Whether the API server may go to that minor version next, and the kubelets with it. Pure.
void judge_skew(const std::string& server,
                const std::vector<kube::Object>& nodes,
                int target,
                UpgradeFindings& found);

/// By what the API server has counted since it started (`/metrics`): versions that were asked for
/// and that the target does not serve. Pure.
void judge_requests(const std::string& metrics, int target, UpgradeFindings& found);

/// By who last wrote these objects, and as what version. What the API server itself has written is
/// not in the way: the next one writes it as the next one does. Pure.
void judge_writers(const std::vector<kube::Object>& objects,
                   const Removal& removal,
                   UpgradeFindings& found);

}  // namespace cfkops::actions
