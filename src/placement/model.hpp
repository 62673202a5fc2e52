#pragma once

#include "amounts.hpp"

#include "cfkops/placement/selectors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::placement {

/// A taint of a node.
struct Taint {
  std::string key = {};
  std::string value = {};
  std::string effect = {};
};

/// A toleration of a pod.
struct Toleration {
  std::string key = {};
  std::string op = {};
  std::string value = {};
  std::string effect = {};

  /// Tolerates it.
  [[nodiscard]] bool covers(const Taint& taint) const;
};

/// A port of the node that a pod takes.
struct HostPort {
  std::string protocol = {};
  std::string ip = {};
  std::int64_t number = 0;

  /// Both cannot be had on one node.
  [[nodiscard]] bool collides(const HostPort& other) const;
};

/// One term of affinity or anti-affinity among pods.
struct PodTerm {
  std::string topology = {};
  LabelSelector selector = {};
  std::vector<std::string> namespaces = {};
  LabelSelector namespace_selector = {};
  std::int64_t weight = 0;  ///< of a preference
};

/// A preference among nodes.
struct NodePreference {
  NodeTerm term = {};
  std::int64_t weight = 0;
};

/// A topology spread constraint.
struct Spread {
  std::string topology = {};
  LabelSelector selector = {};  ///< with the pod's own values of matchLabelKeys
  std::int64_t max_skew = 1;
  std::int64_t min_domains = 1;
  bool hard = true;  ///< DoNotSchedule
  bool honor_affinity = true;
  bool honor_taints = false;
};

/// A node as filters see it.
struct Node {
  std::string name = {};
  Labels labels = {};
  std::vector<Taint> taints = {};  ///< with the one of a cordon
  Amounts allocatable = {};
  std::string doubt = {};  ///< why it may take no pods although no filter says so, or ""
};

/// Who made a pod.
struct Owner {
  std::string kind = {};
  std::string uid = {};
};

/// A pod as filters see it.
struct Pod {
  std::string ns = {};
  std::string name = {};
  Labels labels = {};
  std::string node = {};  ///< "" while it waits
  std::string nominated = {};
  Owner owner = {};
  std::int64_t priority = 0;
  bool may_preempt = true;
  bool terminating = false;
  bool finished = false;
  bool mirror = false;
  bool gated = false;
  Amounts requests = {};  ///< of a copy
  Amounts holds = {};     ///< of this one, which may have been resized
  std::vector<HostPort> ports = {};
  Labels node_selector = {};
  std::optional<std::vector<NodeTerm>> required = {};
  std::vector<NodePreference> preferred = {};
  std::vector<Toleration> tolerations = {};
  std::vector<PodTerm> affinity = {};
  std::vector<PodTerm> anti = {};
  std::vector<PodTerm> liked = {};  ///< preferred, weights below zero for dislike
  std::vector<Spread> spread = {};
  std::vector<std::string> claims = {};   ///< names in its namespace
  Json volumes = {};                      ///< spec.volumes
  std::vector<std::string> doubts = {};   ///< why its placement cannot be judged
  std::vector<std::string> not_yes = {};  ///< why a Yes cannot be given
  std::vector<std::string> not_no = {};   ///< why a No cannot be given

  /// Tolerates a taint.
  [[nodiscard]] bool tolerates(const Taint& taint) const;

  /// The first taint that keeps it away, or nullptr.
  [[nodiscard]] const Taint* repelled_by(const Node& of) const;

  /// nodeSelector and required node affinity.
  [[nodiscard]] bool selects(const Node& of) const;
};

/// A disk that a driver attaches to the pod's node.
struct Disk {
  std::string driver = {};
  std::string handle = {};

  friend bool operator==(const Disk&, const Disk&) = default;
  friend auto operator<=>(const Disk&, const Disk&) = default;
};

/// Reads a Node.
[[nodiscard]] Node read_node(const Json& json);

/// Reads a Pod.
[[nodiscard]] Pod read_pod(const Json& json);

}  // namespace cfkops::placement
