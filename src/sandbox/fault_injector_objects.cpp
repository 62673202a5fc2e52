#include "controllers/cluster_objects.hpp"
#include "controllers/lost_node.hpp"
#include "fault_injector.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kBudgets = "poddisruptionbudgets.policy";

/// As somebody else who works on the cluster.
WriteOptions by_somebody() {
  WriteOptions options;
  options.caller.user = "somebody-else";
  options.manager = "kubectl-edit";
  return options;
}

/// An annotation that kubelets know.
struct Spoiler {
  std::string_view key;
  std::string_view value;
  std::string_view what;  ///< then happens to the pod
};

Spoiler spoiler_of(FaultKind kind) {
  return kind == FaultKind::ImagePullFails
             ? Spoiler{"sandbox.cfkops.dev/image", "missing", "cannot pull its image"}
             : Spoiler{"sandbox.cfkops.dev/ready", "false", "does not get ready"};
}

/// "kafka-1, kraftcontroller-0": what is there on a node.
std::vector<std::string> pods_on(const Registry& registry, const std::string& node) {
  std::vector<std::string> names;
  for (const Shared& pod : all_stored(registry, "pods")) {
    if (text_at(*pod, {"spec", "nodeName"}) == node) {
      names.push_back(name_of(*pod));
    }
  }
  return names;
}

Shared pod_named(const Registry& registry, const PodTarget& target) {
  for (const Shared& pod : all_stored(registry, "pods", target.ns)) {
    if (name_of(*pod) == target.name) {
      return pod;
    }
  }
  return nullptr;
}

std::string node_meant(const Registry& registry, const Fault& fault, const FaultRequest* asked) {
  if (!fault.target.empty()) {
    return fault.target;
  }
  if (asked != nullptr && asked->plural == "nodes") {
    return asked->name;
  }
  const Shared pod = pod_named(registry, pod_target(fault, asked));
  return pod == nullptr ? "" : text_at(*pod, {"spec", "nodeName"});
}

/// What a budget was before, and is while it is closed.
struct ClosedBudget {
  Key key;
  std::string uid;
  std::string field;
  Value before;
  Value closed;
};

/// As it will be; its `before` is null where it lets nothing go already.
ClosedBudget closed_budget(const Value& budget) {
  const Value* most = find(budget, {"spec", "maxUnavailable"});
  ClosedBudget closed;
  closed.key = key_of(kBudgets, budget);
  closed.uid = uid_of(budget);
  closed.field = most == nullptr ? "minAvailable" : "maxUnavailable";
  closed.closed = most == nullptr ? Value("100%") : Value(0);
  const Value* before = find(budget, {"spec", closed.field});
  closed.before = before == nullptr || *before == closed.closed ? Value() : *before;
  return closed;
}

void open_budget(Registry& registry, const ClosedBudget& budget) {
  change_stored(
      registry,
      budget.key,
      [&budget](Value& fresh) {
        const Value* now = find(fresh, {"spec", budget.field});
        if (uid_of(fresh) == budget.uid && now != nullptr && *now == budget.closed) {
          make_at(fresh, {"spec", budget.field}) = budget.before;
        }
      },
      by_somebody());
}

}  // namespace

void FaultInjector::lose_node(const Fault& fault, const FaultRequest* asked) {
  Registry& registry = sites_.registry;
  const std::string node = node_meant(registry, fault, asked);
  const Shared object = stored(registry, "nodes", {}, node);
  if (object == nullptr || is_lost(*object) || !set_lost(registry, node, true)) {
    return;
  }
  const std::vector<std::string> pods = pods_on(registry, node);
  note(fault,
       pods.empty() ? node + " lost, no pods on it"
                    : node + " lost with pods " + base::join(pods, ", "));
  if (fault.lasting > Duration::zero()) {
    later(fault.lasting,
          [node](FaultInjector& self) { set_lost(self.sites_.registry, node, false); });
  }
}

void FaultInjector::doom_pod(const Fault& fault, const FaultRequest* asked) {
  PodTarget target = pod_target(fault, asked);
  if (!target.name.empty()) {
    doomed_.push_back({fault, std::move(target.ns), std::move(target.name)});
  }
}

// Nothing may be written from here, so it is done a moment later: before a scheduler or kubelet has
// looked at the pod.
void FaultInjector::on_change(const Change& change) {
  if (change.type != Change::Type::Added || change.key.bucket != "pods") {
    return;
  }
  if (start_) {
    made_pods_.push_back(change.key.ns + "/" + change.key.name);
  }
  std::erase_if(doomed_, [&](const DoomedPod& doomed) {
    const bool is_meant =
        doomed.name == change.key.name && (doomed.ns.empty() || doomed.ns == change.key.ns);
    if (is_meant) {
      later({},
            [fault = doomed.fault, key = change.key, uid = uid_of(*change.object)](
                FaultInjector& self) { self.spoil_pod(fault, key, uid); });
    }
    return is_meant;
  });
}

void FaultInjector::spoil_pod(const Fault& fault, const Key& key, const std::string& uid) {
  const Spoiler spoiler = spoiler_of(fault.kind);
  const Shared pod = sites_.registry.store().get(key);
  const bool is_there = pod != nullptr && uid_of(*pod) == uid;
  const auto spoil = [&spoiler](Value& fresh) {
    make_at(fresh, {"metadata", "annotations", spoiler.key}) = spoiler.value;
  };
  if (!is_there || !change_stored(sites_.registry, key, spoil, as_controller("sandbox"))) {
    return;
  }
  note(fault, fmt::format("{}/{} {}", key.ns, key.name, spoiler.what));
  if (fault.lasting == Duration::zero()) {
    return;
  }
  later(fault.lasting, [key, uid, spoiler](FaultInjector& self) {
    const auto heal = [&](Value& fresh) {
      if (uid_of(fresh) == uid) {
        erase_at(fresh, {"metadata", "annotations", spoiler.key});
      }
    };
    change_stored(self.sites_.registry, key, heal, as_controller("sandbox"));
  });
}

void FaultInjector::close_budgets(const Fault& fault, const FaultRequest* asked) {
  Registry& registry = sites_.registry;
  const std::string ns = fault.ns.empty() && asked != nullptr ? asked->ns : fault.ns;
  std::vector<ClosedBudget> closed;
  std::vector<std::string> names;
  for (const Shared& budget : all_stored(registry, kBudgets, ns)) {
    ClosedBudget one = closed_budget(*budget);
    const auto close = [&one](Value& fresh) { make_at(fresh, {"spec", one.field}) = one.closed; };
    if (!one.before.is_null() && change_stored(registry, one.key, close, by_somebody())) {
      names.push_back(one.key.ns + "/" + one.key.name);
      closed.push_back(std::move(one));
    }
  }
  if (closed.empty()) {
    return;
  }
  note(fault, "budgets closed: " + base::join(names, ", "));
  if (fault.lasting > Duration::zero()) {
    later(fault.lasting, [closed = std::move(closed)](FaultInjector& self) {
      for (const ClosedBudget& one : closed) {
        open_budget(self.sites_.registry, one);
      }
    });
  }
}

}  // namespace cfkops::sandbox
