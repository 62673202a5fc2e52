#include "cfkops/placement/placement.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::placement {

namespace {

/// No node of a cluster has such a name.
constexpr const char* kNowhere = "(not there yet)";

Json on_nowhere(const Json& pod) {
  nlohmann::json made = pod.raw();
  made.erase("status");
  made["metadata"].erase("deletionTimestamp");
  made["spec"]["nodeName"] = kNowhere;
  return Json(std::move(made));
}

}  // namespace

// New pods are what the pods of a node that is no more would be: all of them look for another one
// at once. The node has no room and no labels, so that it counts for nothing else.
Forecast add(const View& view, const std::vector<Json>& pods) {
  View with = view;
  with.nodes.emplace_back(
      nlohmann::json{{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", kNowhere}}}});
  for (const Json& pod : pods) {
    with.pods.push_back(on_nowhere(pod));
  }
  return drain(with, kNowhere);
}

}  // namespace cfkops::placement
