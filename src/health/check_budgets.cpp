#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <set>

namespace cfkops::health {

namespace {

using placement::LabelSelector;

/// A budget with the pods that it covers.
struct Cover {
  const Json* budget = nullptr;
  std::string object;
  std::vector<const Pod*> pods = {};
};

std::vector<Cover> covers(const Snapshot& snapshot) {
  std::map<std::string, std::vector<const Pod*>> by_namespace;
  for (const Pod& pod : snapshot.pods) {
    if (!pod.ended()) {
      by_namespace[pod.ns].push_back(&pod);
    }
  }
  std::vector<Cover> all;
  for (const Json& budget : snapshot.of(Part::Budgets)) {
    Cover cover{&budget, name_of("poddisruptionbudget", budget)};
    const LabelSelector selector = LabelSelector::of(budget.get("/spec/selector"));
    for (const Pod* pod : by_namespace[budget.string_or("/metadata/namespace", "")]) {
      if (selector.matches(pod->labels)) {
        cover.pods.push_back(pod);
      }
    }
    all.push_back(std::move(cover));
  }
  return all;
}

Judgement sets_without(const Snapshot& snapshot) {
  Judgement judgement;
  std::set<const Pod*> covered;
  for (const Cover& cover : covers(snapshot)) {
    covered.insert(cover.pods.begin(), cover.pods.end());
  }
  const Sets sets = kafka_sets(snapshot);
  judgement.nothing_there = sets.empty();
  for (const auto& [set, pods] : sets) {
    if (!covered.contains(pods.front())) {
      judgement.found.push_back({Severity::Warning,
                                 "statefulset " + set.first + "/" + set.second,
                                 "has no budget: a drain may take all its pods at once",
                                 "poddisruptionbudgets",
                                 "none"});
    }
  }
  return judgement;
}

/// It allows nothing though all its pods are well.
bool blocks_for_ever(const Json& budget) {
  const std::int64_t expected = budget.int_or("/status/expectedPods", 0);
  return expected > 0 && budget.int_or("/status/disruptionsAllowed", 0) == 0 &&
         budget.int_or("/status/currentHealthy", 0) >= expected;
}

bool is_current(const Json& budget) {
  return budget.int_or("/status/observedGeneration", 0) >= budget.int_or("/metadata/generation", 0);
}

/// What its controller says when it cannot count the budget's pods, which lets none go; or empty.
std::string not_counted(const Json& budget) {
  const Json condition = condition_of(budget, "DisruptionAllowed");
  return condition.string_or("/reason", "") == "SyncFailed" ? condition.string_or("/message", "?")
                                                            : std::string();
}

Judgement deadlocks(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& budget : snapshot.of(Part::Budgets)) {
    const std::string object = name_of("poddisruptionbudget", budget);
    if (!is_current(budget)) {
      judgement.unknown.push_back(object + ": its status is older than its spec");
    } else if (const std::string why = not_counted(budget); !why.empty()) {
      judgement.found.push_back({Severity::Fail,
                                 object,
                                 "never lets a pod go: its pods cannot be counted: " + why,
                                 "status.conditions[DisruptionAllowed].reason",
                                 "SyncFailed"});
    } else if (blocks_for_ever(budget)) {
      judgement.found.push_back(
          {Severity::Fail,
           object,
           fmt::format("never lets a pod go: all {} are healthy, and it wants {}",
                       budget.int_or("/status/expectedPods", 0),
                       budget.int_or("/status/desiredHealthy", 0)),
           "status.disruptionsAllowed",
           "0"});
    }
  }
  return judgement;
}

Judgement exhausted(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& budget : snapshot.of(Part::Budgets)) {
    const std::int64_t expected = budget.int_or("/status/expectedPods", 0);
    const std::int64_t healthy = budget.int_or("/status/currentHealthy", 0);
    if (is_current(budget) && expected > 0 && healthy < expected &&
        budget.int_or("/status/disruptionsAllowed", 0) == 0) {
      judgement.found.push_back(
          {Severity::Warning,
           name_of("poddisruptionbudget", budget),
           fmt::format("lets no pod go now: {} of {} are healthy", healthy, expected),
           "status.disruptionsAllowed",
           "0"});
    }
  }
  return judgement;
}

Judgement doubly_covered(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<const Pod*, std::string> covered;
  for (const Cover& cover : covers(snapshot)) {
    for (const Pod* pod : cover.pods) {
      const auto [first, fresh] = covered.emplace(pod, cover.object);
      if (!fresh) {
        judgement.found.push_back({Severity::Fail,
                                   pod->text(),
                                   fmt::format("stands under two budgets and cannot be evicted: {} "
                                               "and {}",
                                               first->second,
                                               cover.object),
                                   "spec.selector",
                                   cover.object});
      }
    }
  }
  return judgement;
}

Judgement generous(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Cover& cover : covers(snapshot)) {
    const bool kafka = std::any_of(cover.pods.begin(), cover.pods.end(), [](const Pod* pod) {
      return !pod->kafka_role.empty();
    });
    const bool has_most = cover.budget->has("/spec/maxUnavailable");
    const std::string most = cover.budget->string_or("/spec/maxUnavailable", "");
    const std::int64_t number = cover.budget->int_or("/spec/maxUnavailable", 0);
    const double share = most.ends_with('%') ? std::strtod(most.c_str(), nullptr) : 0;
    const std::int64_t spare = cover.budget->int_or("/status/expectedPods", 0) -
                               cover.budget->int_or("/status/desiredHealthy", 0);
    const bool too_many =
        number > 1 || spare > 1 || share / 100 * static_cast<double>(cover.pods.size()) > 1;
    if (kafka && too_many) {
      judgement.found.push_back(
          {Severity::Warning,
           cover.object,
           "lets more than one of Kafka's pods go at once",
           has_most ? "spec.maxUnavailable" : "spec.minAvailable",
           cover.budget->get(has_most ? "/spec/maxUnavailable" : "/spec/minAvailable").dump()});
    }
  }
  return judgement;
}

Judgement quotas(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& quota : snapshot.of(Part::Quotas)) {
    for (const auto& [what, unused] : quota.members("/status/hard")) {
      const auto hard = amount_at(quota, below("/status/hard", what));
      const auto used = amount_at(quota, below("/status/used", what));
      if (!hard || !used || *hard == 0 || *used <= 0.9 * *hard) {
        continue;
      }
      judgement.found.push_back({*used >= *hard ? Severity::Fail : Severity::Warning,
                                 name_of("resourcequota", quota),
                                 fmt::format("{} of {} is used", percent(*used, *hard), what),
                                 "status.used[" + what + "]",
                                 quota.string_or(below("/status/used", what), "")});
    }
  }
  return judgement;
}

/// Pods of Kafka that give no answer to the API server, with what was heard instead.
std::map<std::pair<std::string, std::string>, std::string> silent_pods(const Snapshot& snapshot) {
  std::map<std::pair<std::string, std::string>, std::string> silent;
  const auto note = [&silent](const std::string& ns, const auto& process) {
    if (!process.silence.empty() && process.silence != kafka::kNoGauges) {
      silent.emplace(std::pair(ns, process.pod), process.silence);
    }
  };
  for (const KafkaState& kafka : snapshot.kafka) {
    for (const auto& broker : kafka.gauges.brokers) {
      note(kafka.ns, broker);
    }
    for (const auto& controller : kafka.gauges.controllers) {
      note(kafka.ns, controller);
    }
  }
  return silent;
}

/// It lets in only what it names. A policy that says nothing of its types is one of those.
bool isolates(const Json& policy) {
  const std::vector<Json> types = policy.items("/spec/policyTypes");
  return types.empty() || std::any_of(types.begin(), types.end(), [](const Json& type) {
           return type.string_or("", "") == "Ingress";
         });
}

Judgement shut_off(const Snapshot& snapshot) {
  Judgement judgement;
  judgement.nothing_there = snapshot.kafka.empty();
  const auto silent = silent_pods(snapshot);
  for (const Pod& pod : snapshot.pods) {
    const auto found = silent.find({pod.ns, pod.name});
    if (found == silent.end() || pod.phase != "Running") {
      continue;
    }
    for (const Json& policy : snapshot.of(Part::NetworkPolicies)) {
      if (policy.string_or("/metadata/namespace", "") == pod.ns && isolates(policy) &&
          LabelSelector::of(policy.get("/spec/podSelector")).matches(pod.labels)) {
        judgement.found.push_back(
            {Severity::Info,
             pod.text(),
             fmt::format("gives the API server no answer ({}), and {} may be why: it lets in only "
                         "what it names",
                         found->second,
                         name_of("networkpolicy", policy)),
             "networkpolicy spec.podSelector",
             policy.string_or("/metadata/name", "")});
      }
    }
  }
  return judgement;
}

/// Services that have an address which is ready.
std::set<std::string> served(const Snapshot& snapshot) {
  std::set<std::string> services;
  for (const Json& slice : snapshot.of(Part::EndpointSlices)) {
    for (const Json& endpoint : slice.items("/endpoints")) {
      if (endpoint.bool_or("/conditions/ready", true)) {
        services.insert(
            slice.string_or("/metadata/namespace", "") + "/" +
            slice.string_or(below("/metadata/labels", "kubernetes.io/service-name"), ""));
      }
    }
  }
  return services;
}

Judgement services(const Snapshot& snapshot) {
  Judgement judgement;
  const std::set<std::string> alive = served(snapshot);
  for (const Json& service : snapshot.of(Part::Services)) {
    const std::string key = service.string_or("/metadata/namespace", "") + "/" +
                            service.string_or("/metadata/name", "");
    const bool selects = !service.members("/spec/selector").empty();
    if (selects && !alive.contains(key)) {
      judgement.found.push_back({Severity::Fail,
                                 name_of("service", service),
                                 "has no pod behind it that is Ready",
                                 "endpointslices",
                                 "none ready"});
    }
    if (service.string_or("/spec/type", "") == "LoadBalancer" &&
        service.items("/status/loadBalancer/ingress").empty() &&
        older_than(snapshot,
                   service.string_or("/metadata/creationTimestamp", ""),
                   std::chrono::minutes(5))) {
      judgement.found.push_back({Severity::Fail,
                                 name_of("service", service),
                                 "waits for the address of its load balancer",
                                 "status.loadBalancer.ingress",
                                 "none"});
    }
  }
  return judgement;
}

// Worth a line whenever they came up.
const std::set<std::string, std::less<>> kTelling = {
    "FailedScheduling", "FailedMount", "BackOff", "Unhealthy", "Evicted"};

struct Storm {
  std::int64_t count = 0;
  const EventLine* newest = nullptr;
};

Judgement storms(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<std::string, Storm> by_reason;
  for (const EventLine& event : snapshot.events) {
    if (!event.age || *event.age > std::chrono::hours(1)) {
      continue;
    }
    Storm& storm = by_reason[event.reason];
    storm.count += event.count;
    if (storm.newest == nullptr || *event.age < *storm.newest->age) {
      storm.newest = &event;
    }
  }
  for (const auto& [reason, storm] : by_reason) {
    if (storm.count <= 50 && !kTelling.contains(reason)) {
      continue;
    }
    judgement.found.push_back({storm.count > 50 ? Severity::Warning : Severity::Info,
                               "events " + reason,
                               fmt::format("{} since they began, the newest {} ago of {}: {}",
                                           base::counted(storm.count, "warning"),
                                           base::human_duration(*storm.newest->age),
                                           storm.newest->object,
                                           storm.newest->message),
                               "events.reason",
                               reason});
  }
  return judgement;
}

constexpr std::array<Check, 9> kChecks = {{
    {"B01",
     "Has each set of brokers and controllers a disruption budget?",
     Severity::Warning,
     false,
     Parts(Part::Pods, Part::Budgets),
     "set spec.pdb in the custom resource, or make a budget",
     sets_without},
    {"B02",
     "Does no budget block for ever?",
     Severity::Fail,
     false,
     Parts(Part::Budgets),
     "let it allow one pod fewer than there are, or drains never end",
     deadlocks},
    {"B03",
     "Does each budget let a pod go now?",
     Severity::Warning,
     false,
     Parts(Part::Budgets),
     "mend the pods that are not healthy before any drain",
     exhausted},
    {"B04",
     "Stands no pod under two budgets?",
     Severity::Fail,
     false,
     Parts(Part::Pods, Part::Budgets),
     "delete one of the budgets, or narrow its selector",
     doubly_covered},
    {"B05",
     "Does no budget let two of Kafka's pods go at once?",
     Severity::Warning,
     false,
     Parts(Part::Pods, Part::Budgets),
     "set maxUnavailable to 1",
     generous},
    {"B06",
     "Is every quota used by less than 90 %?",
     Severity::Fail,
     false,
     Parts(Part::Quotas),
     "raise the quota: a pod that restarts could be refused",
     quotas},
    {"B08",
     "Do network policies let the API server ask Kafka's processes?",
     Severity::Info,
     false,
     Parts(Part::Kafka, Part::Pods, Part::NetworkPolicies),
     "let the API server's addresses in to port 7777, or Kafka's gauges stay unknown",
     shut_off},
    {"B09",
     "Has every service somebody behind it, and its address?",
     Severity::Fail,
     false,
     Parts(Part::Services, Part::EndpointSlices),
     "compare its selector with the pods' labels, and see whether these are Ready",
     services},
    {"B10",
     "Are there no storms of warnings?",
     Severity::Warning,
     true,
     Parts(Part::Events),
     "the newest one says where to look: kubectl get events --field-selector type=Warning",
     storms},
}};

}  // namespace

std::span<const Check> budget_checks() {
  return kChecks;
}

}  // namespace cfkops::health
