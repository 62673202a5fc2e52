#include "capacity_count.hpp"
#include "probe_pod.hpp"

#include "cfkops/base/quantity.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::actions {

namespace {

using base::Int128;

/// Placing looks at all of the cluster each time.
constexpr std::size_t kMostTried = 3;

Int128 free_of(const NodeCapacity& node, const char* resource) {
  const auto found = node.has.free.find(resource);
  return found == node.has.free.end() ? 0 : found->second;
}

/// As the scheduler would judge a pod that takes all that is left of a node.
bool takes_all(const placement::View& view, const NodeCapacity& node) {
  const auto text = [&node](const char* resource) {
    const auto amount = base::Quantity::of_nanos(free_of(node, resource), false);
    return amount ? amount->text : "0";
  };
  nlohmann::json pod = probe_pod("default", "biggest");
  pin_to_node(pod, node.name);
  pod["spec"]["containers"][0]["resources"]["requests"] = {{"cpu", text("cpu")},
                                                           {"memory", text("memory")}};
  const placement::Forecast forecast = placement::add(view, {Json(std::move(pod))});
  return forecast.verdict == placement::Verdict::Yes;
}

/// The node of a zone that takes the pod with the most of this resource, or nullptr.
const NodeCapacity* roomiest(const placement::View& view,
                             std::vector<const NodeCapacity*> nodes,
                             const char* resource) {
  std::ranges::stable_sort(nodes, [resource](const NodeCapacity* a, const NodeCapacity* b) {
    return free_of(*a, resource) > free_of(*b, resource);
  });
  nodes.resize(std::min(nodes.size(), kMostTried));
  const auto found = std::ranges::find_if(
      nodes, [&view](const NodeCapacity* node) { return takes_all(view, *node); });
  return found == nodes.end() ? nullptr : *found;
}

/// Those of a zone that may take a pod without tolerations.
std::vector<const NodeCapacity*> open_nodes(const CapacityCount& count, const std::string& zone) {
  std::vector<const NodeCapacity*> nodes;
  for (const NodeCapacity& node : count.nodes) {
    if (node.zone == zone && node.left_out.empty() && !node.reserved) {
      nodes.push_back(&node);
    }
  }
  return nodes;
}

}  // namespace

std::vector<BiggestPod> biggest_pods(const placement::View& view, const CapacityCount& count) {
  std::vector<BiggestPod> found;
  for (const auto& [zone, capacity] : count.zones) {
    const std::vector<const NodeCapacity*> nodes = open_nodes(count, zone);
    const NodeCapacity* memory = roomiest(view, nodes, "memory");
    const NodeCapacity* cpu = roomiest(view, nodes, "cpu");
    const auto tell = [&found](const NodeCapacity& node) {
      found.push_back({.zone = node.zone,
                       .node = node.name,
                       .cpu = free_of(node, "cpu"),
                       .memory = free_of(node, "memory")});
    };
    if (memory != nullptr) {
      tell(*memory);
    }
    if (cpu != nullptr && (memory == nullptr || free_of(*cpu, "cpu") > free_of(*memory, "cpu"))) {
      tell(*cpu);
    }
  }
  return found;
}

}  // namespace cfkops::actions
