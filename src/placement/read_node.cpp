#include "model.hpp"

#include "cfkops/kube/object.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

constexpr std::string_view kCordoned = "node.kubernetes.io/unschedulable";

bool has_taint(const Node& node, std::string_view key) {
  return std::ranges::any_of(node.taints, [&](const Taint& one) {
    return one.key == key && one.effect != "PreferNoSchedule";
  });
}

std::string doubt_of(const Json& json, const Node& node) {
  if (json.has("/metadata/deletionTimestamp")) {
    return "is being deleted";
  }
  const bool told = has_taint(node, "node.kubernetes.io/not-ready") ||
                    has_taint(node, "node.kubernetes.io/unreachable");
  if (!told && kube::condition(kube::Object(json), "Ready") != "True") {
    return "is not Ready";
  }
  return {};
}

}  // namespace

Node read_node(const Json& json) {
  Node node;
  node.name = json.string_or("/metadata/name", "");
  node.labels = labels_of(json);
  for (const Json& taint : json.items("/spec/taints")) {
    node.taints.push_back({taint.string_or("/key", ""),
                           taint.string_or("/value", ""),
                           taint.string_or("/effect", "")});
  }
  if (json.bool_or("/spec/unschedulable", false) && !has_taint(node, kCordoned)) {
    node.taints.push_back({std::string(kCordoned), "", "NoSchedule"});
  }
  bool bad = false;
  node.allocatable = amounts_at(json, "/status/allocatable", bad);
  node.doubt = bad ? "has an allocatable amount that is no quantity" : doubt_of(json, node);
  return node;
}

}  // namespace cfkops::placement
