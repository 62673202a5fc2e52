// What a roll does otherwise where its pods are to leave a node.
#include "kafka_roll.hpp"
#include "node_schedule.hpp"

#include <fmt/core.h>

namespace cfkops::actions {

using engine::Outcome;

/// Of a drain: the pod that was to go has gone by itself, and its replacement is well.
bool Roll::has_moved(const RollEntry& entry, const GateLook& look) {
  if (!request_.moves || request_.moves->at(entry.pod) == look.uid) {
    return false;
  }
  context_.progress(fmt::format("{} was made again meanwhile (uid {})",
                                fmt::format("{} {}", kafka::to_string(entry.role), entry.pod),
                                look.uid));
  rest_.erase(rest_.begin());
  --planned_;
  return true;
}

/// Just before an eviction: the mark of the roll is there, or the node still takes no pods.
Status Roll::may_begin() {
  if (request_.from) {
    return still_cordoned(client_, *request_.from);
  }
  return request_.moves ? Status() : mark_.ensure();
}

/// One that has come back to the node that it was to leave has not moved.
std::optional<Outcome> Roll::look_where(const RollEntry& entry) {
  if (!request_.from) {
    return std::nullopt;
  }
  const auto pod = client_.get(kube::resources::pods(), request_.cluster.target.ns, entry.pod);
  if (!pod) {
    return pod.error().code == ErrorCode::Cancelled
               ? stop(pod.error())
               : Outcome::unknown(fmt::format("on which node pod {} is now cannot be told: {}",
                                              entry.pod,
                                              pod.error().text()));
  }
  const std::string& node = request_.from->name();
  if (pod->json().string_or("/spec/nodeName", "") != node) {
    return std::nullopt;
  }
  return Outcome::from(make_error(
      ErrorCode::Conflict,
      fmt::format("pod {} has come back to node {}, which it was to leave", entry.pod, node),
      "find out who has uncordoned the node, then start the run again"));
}

}  // namespace cfkops::actions
