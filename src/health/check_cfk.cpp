#include "checks.hpp"
#include "confluent.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace cfkops::health {

namespace {

using std::chrono::minutes;

constexpr Duration kNotRunning = minutes(10);
constexpr Duration kNotSeen = minutes(5);
constexpr Duration kNotGone = minutes(10);

/// What every check of these resources begins with: whether there are any.
Judgement begin(const Snapshot& snapshot, Part part) {
  Judgement judgement;
  judgement.nothing_there = snapshot.of(part).empty();
  return judgement;
}

bool is_operator(const Json& deployment) {
  if (deployment.string_or("/spec/template/metadata/labels/app", "") == "confluent-operator") {
    return true;
  }
  const std::vector<Json> containers = deployment.items("/spec/template/spec/containers");
  return std::any_of(containers.begin(), containers.end(), [](const Json& container) {
    const std::string image = container.string_or("/image", "");
    const std::string path = image.substr(0, image.find('@'));
    const std::string last = path.substr(path.rfind('/') + 1);
    return last.substr(0, last.find(':')) == "confluent-operator";
  });
}

Judgement operator_available(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, Part::Components);
  bool seen = false;
  for (const Json& deployment : snapshot.of(Part::Deployments)) {
    if (!is_operator(deployment)) {
      continue;
    }
    seen = true;
    judgement.nothing_there = false;
    const std::int64_t wanted = deployment.int_or("/spec/replicas", 1);
    const std::int64_t available = deployment.int_or("/status/availableReplicas", 0);
    if (available == 0 || available < wanted) {
      judgement.found.push_back({available == 0 ? Severity::Fail : Severity::Warning,
                                 name_of("deployment", deployment),
                                 wanted == 0 ? "Confluent's operator is scaled to nothing"
                                             : fmt::format("{} of {} pods of Confluent's operator "
                                                           "are available",
                                                           available,
                                                           wanted),
                                 "status.availableReplicas",
                                 std::to_string(available)});
    }
  }
  if (!seen && !judgement.nothing_there) {
    judgement.found.push_back({Severity::Info,
                               confluent_text(snapshot.of(Part::Components).front()),
                               "no deployment of Confluent's operator is to be seen",
                               "spec.template.metadata.labels[app]",
                               ""});
  }
  return judgement;
}

/// Since when it stands as it does: its newest condition, or its making.
std::string last_change(const Json& component) {
  std::string newest;
  for (const Json& condition : component.items("/status/conditions")) {
    newest = std::max(newest, condition.string_or("/lastTransitionTime", ""));
  }
  return newest.empty() ? component.string_or("/metadata/creationTimestamp", "") : newest;
}

/// What its conditions say that should be True, and are not.
std::string complaints(const Json& component) {
  std::vector<std::string> all;
  for (const char* name : {"statefulset-available", "resources-ready", "cluster-ready"}) {
    const Json condition = condition_of(component, fmt::format("{}{}", kafka::kCfkPrefix, name));
    if (condition.string_or("/status", "") == "False") {
      all.push_back(condition.string_or("/message", ""));
    }
  }
  return all.empty() ? "" : ": " + base::join(all, " ");
}

void judge_running(const Snapshot& snapshot, const Json& component, Judgement& judgement) {
  const std::string phase = component.string_or("/status/phase", "");
  const std::int64_t wanted = component.int_or("/spec/replicas", 1);
  const std::int64_t ready = component.int_or("/status/readyReplicas", 0);
  const bool runs = phase == "RUNNING" && ready >= wanted;
  if (runs || condition_status(component, "rolling") == "True") {
    return;  // of a roll that does not end StatefulSets tell
  }
  const std::string since = last_change(component);
  const auto age = snapshot.since(since);
  if (!age) {
    judgement.unknown.push_back(confluent_text(component) + ": since when is not known");
  } else if (*age > kNotRunning) {
    judgement.found.push_back({Severity::Fail,
                               confluent_text(component),
                               phase.empty() ? "nobody says how it is: no operator looks after it"
                                             : fmt::format("is {} with {} of {} pods ready {}{}",
                                                           phase,
                                                           ready,
                                                           wanted,
                                                           lasting(snapshot, since),
                                                           complaints(component)),
                               "status.phase",
                               phase});
  }
}

Judgement running(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, Part::Components);
  for (const Json& component : snapshot.of(Part::Components)) {
    if (!is_going(component)) {
      judge_running(snapshot, component, judgement);
    }
  }
  return judgement;
}

/// When it was changed last, other than its status; "" where nobody wrote that down.
std::string changed_at(const Json& component) {
  std::string newest;
  for (const Json& change : component.items("/metadata/managedFields")) {
    if (change.string_or("/subresource", "") != "status") {
      newest = std::max(newest, change.string_or("/time", ""));
    }
  }
  return newest.empty() ? component.string_or("/metadata/creationTimestamp", "") : newest;
}

void judge_observed(const Snapshot& snapshot, const Json& component, Judgement& judgement) {
  const std::int64_t generation = component.int_or("/metadata/generation", 0);
  const auto observed = component.int_at("/status/observedGeneration");
  if (observed && *observed >= generation) {
    return;
  }
  const std::string since = changed_at(component);
  const auto age = snapshot.since(since);
  if (age && *age <= kNotSeen) {
    return;
  }
  if (!age || !observed) {
    judgement.unknown.push_back(confluent_text(component) +
                                (observed ? ": when it was changed is not known"
                                          : ": its status does not say which generation it is of"));
    return;
  }
  const bool blocked = annotation_of(component, "block-reconcile") == "true";
  judgement.found.push_back(
      {Severity::Fail,
       confluent_text(component),
       fmt::format("its change of {} is not taken up: {}",
                   ago(snapshot, since),
                   blocked ? "block-reconcile is on" : "the operator is stuck, or refuses it"),
       "status.observedGeneration",
       fmt::format("{} of {}", *observed, generation)});
}

Judgement observed(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, Part::Components);
  for (const Json& component : snapshot.of(Part::Components)) {
    if (!is_going(component)) {
      judge_observed(snapshot, component, judgement);
    }
  }
  return judgement;
}

/// An annotation that is put on for a while, and harms where it stays.
struct Leftover {
  const char* name;
  const char* value;  ///< "" for any
  Severity severity;
  const char* words;
};

constexpr std::array<Leftover, 4> kLeftovers = {
    {{"block-reconcile", "true", Severity::Warning, "Confluent's operator leaves it alone"},
     {"roll-precheck",
      "disable",
      Severity::Warning,
      "its pods are rolled without a look whether that is safe"},
     {"maintenance-mode", "", Severity::Warning, "these pods do not start their server"},
     {"pod-overlay-configmap-name",
      "",
      Severity::Info,
      "its pods are not only what the resource says"}}};

void judge_leftovers(const Json& object, Judgement& judgement) {
  for (const Leftover& leftover : kLeftovers) {
    const std::string value = annotation_of(object, leftover.name);
    const std::string_view harmful = leftover.value;
    if (!value.empty() && (harmful.empty() || value == harmful)) {
      judgement.found.push_back(
          {leftover.severity,
           confluent_text(object),
           leftover.words,
           fmt::format("metadata.annotations[{}{}]", kafka::kCfkPrefix, leftover.name),
           value});
    }
  }
}

void judge_pod_deletion(const Json& object, Judgement& judgement) {
  constexpr std::string_view kAllows =
      "confluent-operator.webhooks.platform.confluent.io/allow-kafka-pod-deletion";
  if (object.string_or(below("/metadata/labels", kAllows), "") == "true") {
    judgement.found.push_back({Severity::Warning,
                               confluent_text(object),
                               "its pods may be deleted without a look whether that is safe",
                               fmt::format("metadata.labels[{}]", kAllows),
                               "true"});
  }
}

Judgement leftovers(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, Part::Components);
  for (const Part part : {Part::Components, Part::Applications}) {
    for (const Json& object : snapshot.of(part)) {
      judgement.nothing_there = false;
      judge_leftovers(object, judgement);
      judge_pod_deletion(object, judgement);
    }
  }
  return judgement;
}

void judge_replication(const Json& kafka, Judgement& judgement) {
  const std::string object = confluent_text(kafka);
  if (const std::int64_t brokers = kafka.int_or("/spec/replicas", 0); brokers < 3) {
    judgement.found.push_back({Severity::Warning,
                               object,
                               base::counted(brokers, "broker") + ": too few for three replicas",
                               "spec.replicas",
                               std::to_string(brokers)});
  }
  const auto factor = kafka.int_at("/status/replicationFactor");
  const auto least = kafka.int_at("/status/minISR");
  if (!factor || !least) {
    judgement.unknown.push_back(object + ": its status does not say how often it keeps records");
    return;
  }
  if (*factor == 1) {
    judgement.found.push_back({Severity::Fail,
                               object,
                               "new topics have one replica: none of its brokers can stop",
                               "status.replicationFactor",
                               "1"});
  } else if (*least >= *factor) {
    judgement.found.push_back({Severity::Fail,
                               object,
                               "new topics need all their replicas: none of its brokers can stop",
                               "status.minISR",
                               fmt::format("{} of {}", *least, *factor)});
  }
}

Judgement replication(const Snapshot& snapshot) {
  Judgement judgement;
  judgement.nothing_there = true;
  for (const Json& component : snapshot.of(Part::Components)) {
    if (component.string_or("/kind", "") == "Kafka" && !is_going(component)) {
      judgement.nothing_there = false;
      judge_replication(component, judgement);
    }
  }
  return judgement;
}

/// What is wrong with it by its own word, or "".
std::string trouble_of(const Json& application) {
  const std::string state = application.string_or("/status/state", "");
  for (const char* const word : {"ERROR", "FAILED"}) {
    if (state == word) {
      const Json ready = condition_of(application, fmt::format("{}app-ready", kafka::kCfkPrefix));
      const std::string why = ready.string_or("/message", "");
      return "is in state " + state + (why.empty() ? "" : ": " + why);
    }
  }
  if (condition_status(application, "failed-create-version") == "True") {
    return "its newest version could not be made";
  }
  if (application.string_or("/status/connectorState", "") == "FAILED") {
    return "has failed";
  }
  const std::int64_t failed = application.int_or("/status/failedTasksCount", 0);
  return failed > 0 ? base::counted(failed, "task") + " of it failed" : "";
}

void judge_application(const Snapshot& snapshot, const Json& application, Judgement& judgement) {
  const std::string state = application.string_or("/status/state", "");
  const std::string gone = application.string_or("/metadata/deletionTimestamp", "");
  if (!gone.empty()) {
    if (older_than(snapshot, gone, kNotGone)) {
      judgement.found.push_back(
          {Severity::Warning,
           confluent_text(application),
           fmt::format("is to go {} and does not: see its finalizers", lasting(snapshot, gone)),
           "metadata.deletionTimestamp",
           gone});
    }
  } else if (const std::string trouble = trouble_of(application); !trouble.empty()) {
    judgement.found.push_back(
        {Severity::Warning, confluent_text(application), trouble, "status.state", state});
  } else if (state.empty() &&
             older_than(
                 snapshot, application.string_or("/metadata/creationTimestamp", ""), kNotRunning)) {
    judgement.unknown.push_back(confluent_text(application) + ": nobody says how it is");
  }
}

Judgement applications(const Snapshot& snapshot) {
  Judgement judgement = begin(snapshot, Part::Applications);
  for (const Json& application : snapshot.of(Part::Applications)) {
    judge_application(snapshot, application, judgement);
  }
  return judgement;
}

constexpr std::array<Check, 6> kChecks = {{
    {"C01",
     "Is Confluent's operator available?",
     Severity::Fail,
     false,
     Parts(Part::Components, Part::Deployments),
     "nothing of Confluent's resources is carried out meanwhile: look at its pods and its log",
     operator_available,
     true},
    {"C03",
     "Does each of Confluent's components run, with all its pods?",
     Severity::Fail,
     false,
     Parts(Part::Components),
     "see its conditions and events: kubectl describe; then its pods and the operator's log",
     running},
    {"C04",
     "Has the operator taken up each change of a component?",
     Severity::Fail,
     false,
     Parts(Part::Components),
     "look at the conditions and the operator's log; take block-reconcile off where it was left",
     observed},
    {"C05",
     "Was nothing left on resources that is meant for a while?",
     Severity::Warning,
     false,
     Parts(Part::Components, Part::Applications),
     "ask who works on it; else take the annotation or label off",
     leftovers},
    {"C08",
     "Can a broker stop without harm to new topics?",
     Severity::Fail,
     false,
     Parts(Part::Components),
     "have three brokers or more; three replicas, of which two must be in sync, for new topics",
     replication},
    {"C09",
     "Are all topics, connectors, schemas, links and role bindings in order?",
     Severity::Warning,
     false,
     Parts(Part::Applications),
     "see the condition's message; a finalizer waits for what the resource lies in",
     applications},
}};

}  // namespace

std::span<const Check> cfk_checks() {
  return kChecks;
}

}  // namespace cfkops::health
