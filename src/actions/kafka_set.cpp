#include "kafka_set.hpp"

#include "kafka_gate.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using kafka::GateVerdict;
using Answer = GateVerdict::Answer;

GateVerdict yes() {
  return {.answer = Answer::Yes};
}

GateVerdict no(std::string reason) {
  return {.answer = Answer::No, .reasons = {std::move(reason)}};
}

bool rolls_by_itself(const kube::Object& set) {
  return set.json().string_or("/spec/updateStrategy/type", "RollingUpdate") == "RollingUpdate";
}

/// The first ordinal whose pod the controller replaces by itself.
std::int64_t partition(const kube::Object& set) {
  return set.json().int_or("/spec/updateStrategy/rollingUpdate/partition", 0);
}

std::string annotation(const kube::Object& kafka, std::string_view name) {
  return kafka.annotation(std::string(kafka::kCfkPrefix) + std::string(name)).value_or("");
}

GateVerdict resource_verdict(const Result<std::string>& body, const KafkaCluster& cluster) {
  if (!body) {
    const ErrorCode code = body.error().code;
    // It may not be ours to list, or gone: the StatefulSets speak for it.
    return code == ErrorCode::Forbidden || code == ErrorCode::NotFound
               ? yes()
               : not_known("the Kafka resource cannot be read: " + body.error().message);
  }
  const Result<Json> list = Json::parse(*body);
  if (!list) {
    return not_known("the Kafka resource cannot be read: " + list.error().message);
  }
  for (const Json& item : list->items("/items")) {
    const kube::Object kafka(item);
    if (kafka.name() == cluster.target.name) {
      return resource_is_at_rest(kafka);
    }
  }
  return yes();
}

}  // namespace

GateVerdict set_is_at_rest(const kube::Object& set) {
  const Json& json = set.json();
  const std::string name = "StatefulSet " + set.name();
  if (json.int_or("/status/observedGeneration", 0) < set.generation()) {
    return no(name + " was changed, and its controller has not seen it yet");
  }
  if (!rolls_by_itself(set)) {
    return yes();
  }
  const std::string update = json.string_or("/status/updateRevision", "");
  if (update.empty()) {
    return not_known(name + " does not tell which revision its pods are to have");
  }
  const std::int64_t first = json.int_or("/spec/ordinals/start", 0);
  const std::int64_t end = first + json.int_or("/spec/replicas", 1);
  const std::int64_t wanted = std::max<std::int64_t>(0, end - std::max(first, partition(set)));
  const std::int64_t updated = json.int_or("/status/updatedReplicas", 0);
  if (updated < wanted) {
    return no(fmt::format("{} is being rolled out by its controller: {} of {} pods are updated",
                          name,
                          updated,
                          wanted));
  }
  const std::string current = json.string_or("/status/currentRevision", update);
  if (partition(set) <= first && current != update) {
    return no(name + " is being rolled out by its controller: not all updated pods are Ready yet");
  }
  return yes();
}

GateVerdict resource_is_at_rest(const kube::Object& kafka) {
  const std::string name = "Kafka " + kafka.name();
  const Json& json = kafka.json();
  GateVerdict verdict = yes();
  const std::string phase = json.string_or("/status/phase", "");
  if (!phase.empty() && phase != "RUNNING") {
    merge(verdict, no(fmt::format("{} is {}", name, phase)));
  }
  // Held back by block-reconcile, the operator sees no change and rolls nothing.
  if (annotation(kafka, "block-reconcile") != "true" && json.has("/status/observedGeneration") &&
      json.int_or("/status/observedGeneration", 0) < kafka.generation()) {
    merge(verdict, no(name + " was changed, and its operator has not seen it yet"));
  }
  if (kube::condition(kafka, std::string(kafka::kCfkPrefix) + "rolling") == "True") {
    merge(verdict, no(name + " is being rolled out by its operator"));
  }
  if (const std::string pods = annotation(kafka, "maintenance-mode"); !pods.empty()) {
    merge(verdict, no(fmt::format("{} has pods in maintenance-mode: {}", name, pods)));
  }
  if (annotation(kafka, "roll-precheck") == "disable") {
    merge(verdict, no(name + " is set to roll without checks (roll-precheck=disable)"));
  }
  return verdict;
}

std::string replacement_revision(const kube::Object& set, const std::string& pod) {
  const bool held_back =
      rolls_by_itself(set) && kafka::ordinal_of(pod).value_or(0) < partition(set);
  return set.json().string_or(held_back ? "/status/currentRevision" : "/status/updateRevision", "");
}

SetLook look_at_sets(kube::Reader& reader,
                     const KafkaCluster& cluster,
                     const std::string& pod,
                     Patience& patience) {
  const kafka::Target& target = cluster.target;
  const kube::Resource& sets = kube::resources::stateful_sets();
  std::vector<kube::ReadRequest> requests = {
      kube::ReadRequest::object(sets, target.ns, target.broker_set)};
  if (!target.controller_set.empty()) {
    requests.push_back(kube::ReadRequest::object(sets, target.ns, target.controller_set));
  }
  const std::size_t count = requests.size();
  if (target.kind == "Kafka") {
    requests.push_back({kafka::kafkas().path(target.ns) +
                            "?fieldSelector=" + base::url_encode("metadata.name=" + target.name),
                        "list Kafka " + target.ns + "/" + target.name});
  }
  const std::vector<Result<std::string>> bodies = reader.batch(requests, kPollTimeout);
  SetLook look{.at_rest = yes()};
  for (std::size_t i = 0; i < count; ++i) {
    const Result<kube::Object> set =
        bodies[i] ? kube::Object::parse(*bodies[i]) : Result<kube::Object>(bodies[i].error());
    if (set) {
      patience.answered();
      merge(look.at_rest, set_is_at_rest(*set));
      if (pod == fmt::format("{}-{}", set->name(), kafka::ordinal_of(pod).value_or(-1))) {
        look.revision = replacement_revision(*set, pod);
      }
    } else if (patience.may_heal(set.error())) {
      merge(look.at_rest, not_known("a StatefulSet cannot be read: " + set.error().message));
    } else {
      look.error = set.error();
    }
  }
  if (target.kind == "Kafka") {
    merge(look.at_rest, resource_verdict(bodies.back(), cluster));
  }
  return look;
}

}  // namespace cfkops::actions
