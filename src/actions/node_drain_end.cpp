// How a drain ends: whether the node is empty, and what is told.
#include "node_drain.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace cfkops::actions {

using engine::Outcome;

/// Pods that have come to the node in spite of all.
std::optional<Outcome> Drain::look_at_rest() {
  const auto left = read_drain_pods(client_, request_.node.name(), request_.options);
  if (!left) {
    return may_heal(left.error()) ? Outcome::unknown("whether the node is empty cannot be told: " +
                                                     left.error().text())
                                  : Outcome::from(left.error());
  }
  const std::vector<std::string> names = names_of_going(*left);
  if (names.empty()) {
    return std::nullopt;
  }
  return Outcome::from(
      make_error(ErrorCode::Conflict,
                 fmt::format("new pods have come to node {} though it is cordoned: {}",
                             request_.node.name(),
                             base::enumerate(names, 20)),
                 "they tolerate the taint node.kubernetes.io/unschedulable, or somebody has bound "
                 "them there"));
}

/// All that have gone but for Kafka, also those of an earlier process.
std::vector<WentPod> Drain::went() const {
  std::vector<WentPod> went;
  for (const DrainPod& one : wave_.gone()) {
    went.push_back(went_pod(one));
  }
  for (const WentPod& one : earlier_) {
    if (std::ranges::find(went, one.uid, &WentPod::uid) == went.end()) {
      went.push_back(one);
    }
  }
  return went;
}

/// Those that are on the node, and those that an earlier process of the run has sent away.
std::size_t Drain::kafka_in_all() const {
  std::set<std::string> pods;
  for (const KafkaShare& share : request_.kafka.shares) {
    for (const std::string& pod : share.pods) {
      pods.insert(share.cluster.target.ns + "/" + pod);
    }
    for (const auto& [name, uid] : request_.earlier) {
      if (share.has(name)) {
        pods.insert(name);
      }
    }
  }
  return pods.size();
}

/// Of one that ends early: how many have gone, and what of that is not back.
void Drain::tell_how_far(Outcome& outcome) const {
  const std::vector<WentPod> gone = went();
  const auto goes = std::ranges::count_if(request_.pods, [](const DrainPod& one) {
    return one.fate != PodFate::Stays && one.wave != Wave::Kafka;
  });
  const std::int64_t all = goes + std::ranges::count_if(earlier_, [this](const WentPod& one) {
                             return std::ranges::none_of(request_.pods, [&one](const auto& pod) {
                               return pod.pod.uid() == one.uid;
                             });
                           });
  std::string text =
      fmt::format("{} of {} pods of node {} gone", gone.size(), all, request_.node.name());
  if (const std::size_t kafka = kafka_in_all(); kafka > 0) {
    text += fmt::format(", {} of {} Kafka processes moved", moved_.size(), kafka);
  }
  outcome.left.push_back(std::move(text));
  const kube::Loop::SafeStretch stretch(client_.loop());  // also after a first request to stop
  const auto missing = not_back(client_, gone, request_.node.name());
  if (!missing) {
    outcome.left.push_back("whether what has gone is back cannot be told: " +
                           missing.error().text());
  } else if (!missing->empty()) {
    outcome.left.push_back("gone and not back yet: " + base::enumerate(*missing, 10));
  }
}

Outcome Drain::finish(Outcome outcome) const {
  runbook::ValueList pods;
  for (const WentPod& one : went()) {
    pods.push_back(to_value(one));
  }
  std::set<std::string> namespaces;
  for (const DrainPod& one : request_.pods) {
    if (one.fate != PodFate::Stays) {
      namespaces.insert(one.pod.ns());
    }
  }
  for (const auto& [pod, uid] : request_.earlier) {
    namespaces.insert(pod.substr(0, pod.find('/')));
  }
  runbook::ValueList stayed;
  for (const DrainPod& one : request_.pods) {
    if (one.fate == PodFate::Stays) {
      stayed.emplace_back(one.name());
    }
  }
  const bool touched = wave_.evicted() || !moved_.empty() || !request_.earlier.empty();
  if (touched && outcome.kind != Outcome::Kind::Done) {
    outcome.fail_refused();
    tell_how_far(outcome);
  }
  outcome.outputs = {{"evicted", static_cast<std::int64_t>(pods.size() + moved_.size())},
                     {"pods", std::move(pods)},
                     {"kafka", moved_},
                     {"namespaces", runbook::ValueList(namespaces.begin(), namespaces.end())},
                     {"stayed", std::move(stayed)},
                     {"boot_id", request_.node.json().string_or("/status/nodeInfo/bootID", "")}};
  return outcome;
}

}  // namespace cfkops::actions
