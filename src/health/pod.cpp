#include "cfkops/health/pod.hpp"

#include "facts.hpp"

#include "cfkops/base/quantity.hpp"

#include <algorithm>

namespace cfkops::health {

namespace {

/// How the keys of taints begin that Kubernetes puts on nodes, and has all pods tolerate.
constexpr std::string_view kOwnTaints = "node.kubernetes.io/";

constexpr std::string_view kTypeLabel = "platform.confluent.io/type";
constexpr std::string_view kBroker = "kafka";
constexpr std::string_view kController = "kraftcontroller";
constexpr base::Int128 kNano = 1'000'000'000;

base::Int128 amount(const Json& container, const char* pointer) {
  const auto quantity = base::Quantity::parse(container.string_or(pointer, ""));
  return quantity ? quantity->nanos : 0;
}

/// The last life of a container, and what it waits for.
void add_status(Container& container, const Json& status) {
  container.image_id = status.string_or("/imageID", "");
  container.restarts = status.int_or("/restartCount", 0);
  container.waiting = status.string_or("/state/waiting/reason", "");
  container.waiting_message = status.string_or("/state/waiting/message", "");
  container.last_reason = status.string_or("/lastState/terminated/reason", "");
  container.last_exit = status.int_or("/lastState/terminated/exitCode", 0);
  container.last_finished = status.string_or("/lastState/terminated/finishedAt", "");
  // Of one that is not started again the life that has just ended is the last.
  if (status.has("/state/terminated")) {
    container.last_reason = status.string_or("/state/terminated/reason", "");
    container.last_exit = status.int_or("/state/terminated/exitCode", 0);
    container.last_finished = status.string_or("/state/terminated/finishedAt", "");
  }
}

void add_containers(Pod& pod, const Json& object, const char* specs, const char* statuses) {
  const std::vector<Json> told = object.items(statuses);
  const bool init = std::string_view(specs) == "/spec/initContainers";
  for (const Json& spec : object.items(specs)) {
    Container container;
    container.name = spec.string_or("/name", "");
    container.image = spec.string_or("/image", "");
    container.init = init && spec.string_or("/restartPolicy", "") != "Always";
    container.has_readiness = spec.has("/readinessProbe");
    if (spec.has("/readinessProbe/exec") || spec.has("/readinessProbe/httpGet")) {
      container.readiness_timeout = spec.int_or("/readinessProbe/timeoutSeconds", 1);
    }
    if (!container.init) {
      pod.cpu_nanos += static_cast<std::int64_t>(amount(spec, "/resources/requests/cpu"));
      pod.memory += static_cast<std::int64_t>(amount(spec, "/resources/requests/memory") / kNano);
    }
    const auto status = std::find_if(told.begin(), told.end(), [&](const Json& one) {
      return one.string_or("/name", "") == container.name;
    });
    if (status != told.end()) {
      add_status(container, *status);
    }
    pod.containers.push_back(std::move(container));
  }
}

/// By the label of Confluent's operator, else by the name of a container.
std::string role_of(const Pod& pod) {
  const auto label = pod.labels.find(kTypeLabel);
  for (const std::string_view role : {kBroker, kController}) {
    const bool named = label != pod.labels.end()
                           ? label->second == role
                           : std::any_of(pod.containers.begin(),
                                         pod.containers.end(),
                                         [&](const Container& one) { return one.name == role; });
    if (named) {
      return std::string(role);
    }
  }
  return {};
}

void add_conditions(Pod& pod, const Json& object) {
  const Json scheduled = condition_of(object, "PodScheduled");
  pod.scheduled = scheduled.string_or("/status", "");
  pod.unscheduled_reason = scheduled.string_or("/reason", "");
  pod.unscheduled_why = scheduled.string_or("/message", "");
  const Json ready = condition_of(object, "Ready");
  pod.ready = ready.string_or("/status", "");
  pod.ready_since = ready.string_or("/lastTransitionTime", "");
  pod.ready_why = ready.string_or("/message", "");
}

}  // namespace

Pod read_pod(const Json& object) {
  Pod pod;
  pod.ns = object.string_or("/metadata/namespace", "");
  pod.name = object.string_or("/metadata/name", "");
  pod.node = object.string_or("/spec/nodeName", "");
  pod.phase = object.string_or("/status/phase", "");
  pod.reason = object.string_or("/status/reason", "");
  pod.quality = object.string_or("/status/qosClass", "");
  pod.created = object.string_or("/metadata/creationTimestamp", "");
  pod.deleted = object.string_or("/metadata/deletionTimestamp", "");
  for (const Json& owner : object.items("/metadata/ownerReferences")) {
    if (owner.bool_or("/controller", false)) {
      pod.owner_kind = owner.string_or("/kind", "");
      pod.owner_name = owner.string_or("/name", "");
    }
  }
  pod.labels = placement::labels_of(object);
  for (const char* label : {"controller-revision-hash", "pod-template-hash"}) {
    if (const auto found = pod.labels.find(label); found != pod.labels.end()) {
      pod.revision = found->second;
    }
  }
  for (const Json& finalizer : object.items("/metadata/finalizers")) {
    pod.finalizers.push_back(finalizer.string_or("", ""));
  }
  for (const Json& volume : object.items("/spec/volumes")) {
    if (volume.has("/persistentVolumeClaim/claimName")) {
      pod.claims.push_back(volume.string_or("/persistentVolumeClaim/claimName", ""));
    }
  }
  for (const Json& toleration : object.items("/spec/tolerations")) {
    const std::string key = toleration.string_or("/key", "");
    if (!key.empty() && !key.starts_with(kOwnTaints)) {
      pod.tolerated.push_back(key);
    }
  }
  add_conditions(pod, object);
  add_containers(pod, object, "/spec/initContainers", "/status/initContainerStatuses");
  add_containers(pod, object, "/spec/containers", "/status/containerStatuses");
  pod.confluent = pod.labels.find(kTypeLabel) != pod.labels.end();
  pod.kafka_role = role_of(pod);
  return pod;
}

}  // namespace cfkops::health
