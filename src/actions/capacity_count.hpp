#pragma once

#include "quota_room.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/placement/placement.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// What is counted of nodes.
inline constexpr std::array<const char*, 3> kCounted = {"cpu", "memory", "pods"};

/// What some nodes can give, and what is taken of it: by resource, in thousand-millionths.
struct Capacity {
  std::int64_t nodes = 0;
  QuotaAmounts allocatable = {};
  QuotaAmounts requests = {};
  QuotaAmounts limits = {};  ///< of those that say one
  QuotaAmounts used = {};    ///< as far as it is measured
  QuotaAmounts free = {};    ///< what no pod has asked for, counted node by node

  /// Adds another one.
  void add(const Capacity& more);

  /// How much of it `taken` is, in percent, rounded up: the most of all resources.
  [[nodiscard]] std::int64_t percent(const QuotaAmounts& taken) const;

  /// How much of one resource `taken` is, in percent, rounded up; 100 where there is none of it.
  [[nodiscard]] std::int64_t percent_of(const std::string& resource,
                                        const QuotaAmounts& taken) const;
};

/// One node.
struct NodeCapacity {
  std::string name = {};
  std::string zone = {};
  std::string pool = {};
  std::string left_out = {};   ///< why it takes no pods now: "cordoned", "not Ready"; or ""
  bool reserved = false;       ///< a taint keeps pods away that do not tolerate it
  bool control_plane = false;  ///< that taint is the control plane's: it counts in its pool alone
  bool measured = false;       ///< its use is known
  Capacity has = {};
};

/// All nodes, and what they make together.
struct CapacityCount {
  std::vector<NodeCapacity> nodes = {};
  Capacity cluster = {};
  Capacity left_out = {};  ///< nodes that are cordoned or not Ready, without the control plane's
  std::map<std::string, Capacity> zones = {};
  std::map<std::string, Capacity> pools = {};
  std::vector<std::string> waiting = {};             ///< pods that the scheduler finds no node for
  std::map<std::string, base::Int128> volumes = {};  ///< what claims ask for, by class
  std::vector<std::string> unknown = {};             ///< what is not told, one sentence each
};

/// What the cluster measures, as the metrics API gives it.
struct CapacityUse {
  bool served = false;              ///< and it could be read
  std::string why = {};             ///< what is not so
  std::vector<Json> of_nodes = {};  ///< NodeMetrics
};

/// Adds up nodes, pods and claims. Nodes that are cordoned or not Ready give nothing; their pods
/// count nowhere, but are told. `pool_label` is the label that says which pool a node is of; "":
/// the one of the usual providers. Pure.
[[nodiscard]] CapacityCount count_capacity(const placement::View& view,
                                           const CapacityUse& use,
                                           const std::string& pool_label);

/// An amount for people: cpu in thousandths, memory in Mi, both rounded down. Pure.
[[nodiscard]] std::string amount_text(const std::string& resource, base::Int128 nanos);

/// "3500m cpu, 12Gi memory and 98 pods". Pure.
[[nodiscard]] std::string amounts_text(const QuotaAmounts& amounts);

/// A pod that still fits.
struct BiggestPod {
  std::string zone = {};
  std::string node = {};
  base::Int128 cpu = 0;
  base::Int128 memory = 0;
};

/// Of each zone the pod with the most memory that a node still takes, and the one with the most cpu
/// where that is another node: judged as the scheduler would, for pods that tolerate no taint.
/// Pure.
[[nodiscard]] std::vector<BiggestPod> biggest_pods(const placement::View& view,
                                                   const CapacityCount& count);

}  // namespace cfkops::actions
