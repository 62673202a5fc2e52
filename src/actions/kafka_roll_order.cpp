#include "kafka_roll_order.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr const char* kNothing = "there is nothing to restart: no pod of those asked for is there";

std::optional<std::int64_t> leaders_of(const kafka::ClusterGauges& gauges, const std::string& pod) {
  for (const kafka::BrokerGauges& broker : gauges.brokers) {
    if (broker.pod == pod) {
      return broker.leaders;
    }
  }
  return std::nullopt;
}

bool is_silent(const kafka::ClusterGauges& gauges, const kafka::Member& member) {
  const auto silent = [&](const auto& processes) {
    return std::any_of(processes.begin(), processes.end(), [&](const auto& process) {
      return process.pod == member.pod && !process.answered() &&
             process.silence != kafka::kNoGauges;
    });
  };
  return member.role == kafka::Role::Broker ? silent(gauges.brokers) : silent(gauges.controllers);
}

void add_stuck(const std::vector<kafka::Member>& members,
               const std::string& wanted,
               const kafka::ClusterGauges& gauges,
               bool restart,
               RollOrder& order) {
  for (const kafka::Member& member : members) {
    const std::string stuck = kube::pod_stuck(member.object);
    if (stuck.empty()) {
      continue;
    }
    if (!is_outdated(member, wanted)) {
      order.fatal.push_back(
          fmt::format("pod {} is stuck at the current revision ({}): another pod would end the "
                      "same way",
                      member.pod,
                      stuck));
    } else if (restart) {
      order.entries.push_back({member.role,
                               member.pod,
                               process_is_down(member, gauges),
                               "stuck at an outdated revision: " + stuck});
    }
  }
}

bool listed(const RollOrder& order, const std::string& pod) {
  return std::any_of(order.entries.begin(), order.entries.end(), [&](const RollEntry& entry) {
    return entry.pod == pod;
  });
}

void add_controllers(const RollMembers& members, const std::string& active, RollOrder& order) {
  std::optional<RollEntry> last;
  for (const kafka::Member& member : members.controllers) {
    if (listed(order, member.pod)) {
      continue;
    }
    if (member.pod == active) {
      last = RollEntry{member.role, member.pod, false, "the active controller: last of its kind"};
    } else {
      order.entries.push_back({member.role, member.pod, false, "controller, not the active one"});
    }
  }
  if (last) {
    order.entries.push_back(*std::move(last));
  }
}

void add_brokers(const RollMembers& members, const kafka::ClusterGauges& gauges, RollOrder& order) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  const std::string active = active_controller(gauges);
  std::vector<std::pair<std::int64_t, RollEntry>> ranked;
  for (const kafka::Member& member : members.brokers) {
    if (listed(order, member.pod)) {
      continue;
    }
    const std::optional<std::int64_t> leaders = leaders_of(gauges, member.pod);
    RollEntry entry{member.role, member.pod, false, "does not tell how many partitions it leads"};
    if (leaders) {
      entry.reason = "leads " + base::counted(*leaders, "partition");
    }
    if (member.pod == active) {
      entry.reason += ", and is the active controller: last";
      ranked.emplace_back(kLast, std::move(entry));
    } else {
      ranked.emplace_back(leaders.value_or(kLast - 1), std::move(entry));
    }
  }
  std::stable_sort(
      ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [rank, entry] : ranked) {
    order.entries.push_back(std::move(entry));
  }
}

bool answers_as_controller(const kafka::ClusterGauges& gauges, const std::string& pod) {
  const kafka::ControllerGauges* controller = find_controller(gauges, pod);
  return controller != nullptr && controller->answered();
}

/// Which controllers there are must be certain, unless all that is restarted is down already; those
/// that were asked for must be known, or be the brokers themselves.
void judge_controllers(const KafkaCluster& cluster,
                       const kafka::ClusterGauges& gauges,
                       RollRoles roles,
                       RollOrder& order) {
  if (!cluster.target.controller_set.empty()) {
    return;
  }
  const bool exposes = std::any_of(order.entries.begin(),
                                   order.entries.end(),
                                   [](const RollEntry& entry) { return !entry.stuck; });
  const kafka::GateVerdict known = controllers_are_known(cluster);
  if (!known.yes() && exposes) {
    order.doubts.push_back(known.reasons.front());
    return;
  }
  if (roles == RollRoles::Brokers) {
    return;
  }
  const bool combined =
      std::any_of(cluster.broker_pods.begin(), cluster.broker_pods.end(), [&](const auto& pod) {
        return answers_as_controller(gauges, pod);
      });
  if (!combined && !known.yes()) {
    order.doubts.push_back(known.reasons.front());
  } else if (!combined) {
    order.fatal.push_back("the controllers are not known: " + cluster.target.controller_doubt);
  } else if (roles == RollRoles::Controllers) {
    order.fatal.emplace_back(
        "the brokers are the controllers here (combined mode): restart them as brokers");
  }
}

/// No waiting and no waiver gives two voters a majority without one of them.
void judge_quorum(const kafka::ClusterGauges& gauges, RollOrder& order) {
  constexpr std::int64_t kSpareable = 3;
  std::int64_t voters = std::ssize(gauges.controllers);
  for (const kafka::ControllerGauges& controller : gauges.controllers) {
    voters = std::max(voters, controller.voters.value_or(0));
  }
  if (voters >= kSpareable) {
    return;
  }
  for (const RollEntry& entry : order.entries) {
    const bool votes =
        entry.role == kafka::Role::Controller || answers_as_controller(gauges, entry.pod);
    if (votes && !entry.stuck) {
      order.fatal.push_back(fmt::format(
          "{} is one of {}: without it no majority is left, and the whole cluster stops; "
          "three controllers are needed to restart one of them safely",
          entry.pod,
          base::counted(voters, "controller")));
    }
  }
}

}  // namespace

void leave_out(const std::vector<EvictedPod>& evicted, RollOrder& order) {
  if (evicted.empty()) {
    return;
  }
  std::erase_if(order.entries, [&evicted](const RollEntry& entry) {
    return std::ranges::find(evicted, entry.pod, &EvictedPod::pod) != evicted.end();
  });
  std::erase(order.fatal, kNothing);
}

void leave_out(const std::vector<std::string>& pods, RollOrder& order) {
  std::erase_if(order.entries, [&pods](const RollEntry& entry) {
    return std::ranges::find(pods, entry.pod) != pods.end();
  });
}

const kafka::Member* RollMembers::find(const std::string& pod) const {
  for (const auto* members : {&brokers, &controllers}) {
    for (const kafka::Member& member : *members) {
      if (member.pod == pod) {
        return &member;
      }
    }
  }
  return nullptr;
}

Result<RollMembers> read_members(kube::Reader& reader, const KafkaCluster& cluster) {
  const kafka::Target& target = cluster.target;
  RollMembers members;
  CFKOPS_ASSIGN(members.brokers,
                kafka::members(reader, target.ns, target.broker_set, kafka::Role::Broker));
  if (!target.controller_set.empty()) {
    CFKOPS_ASSIGN(
        members.controllers,
        kafka::members(reader, target.ns, target.controller_set, kafka::Role::Controller));
  }
  return members;
}

std::string main_container(const kube::Object& pod, kafka::Role role) {
  const std::string_view wanted = role == kafka::Role::Broker ? "kafka" : "kraftcontroller";
  std::string first;
  for (const Json& container : pod.json().items("/spec/containers")) {
    std::string name = container.string_or("/name", "");
    if (name == wanted) {
      return name;
    }
    first = first.empty() ? name : first;
  }
  return first;
}

bool main_container_runs(const kafka::Member& member) {
  const std::string name = main_container(member.object, member.role);
  const std::vector<Json> states = member.object.json().items("/status/containerStatuses");
  return std::any_of(states.begin(), states.end(), [&](const Json& state) {
    return state.string_or("/name", "") == name && state.has("/state/running");
  });
}

bool is_outdated(const kafka::Member& member, const std::string& wanted) {
  return !wanted.empty() && !member.revision.empty() && member.revision != wanted;
}

bool process_is_down(const kafka::Member& member, const kafka::ClusterGauges& gauges) {
  return !member.object.deleting() && !kube::pod_stuck(member.object).empty() &&
         !main_container_runs(member) && is_silent(gauges, member);
}

RollOrder roll_order(const KafkaCluster& cluster,
                     const RollMembers& members,
                     const kafka::ClusterGauges& gauges,
                     RollRoles roles) {
  const bool controllers = roles != RollRoles::Brokers;
  const bool brokers = roles != RollRoles::Controllers;
  RollOrder order;
  add_stuck(members.controllers, cluster.controller_revision, gauges, controllers, order);
  add_stuck(members.brokers, cluster.broker_revision, gauges, brokers, order);
  // The others wait at the gate for those that are down.
  std::stable_partition(order.entries.begin(), order.entries.end(), [](const RollEntry& entry) {
    return entry.stuck;
  });
  if (controllers) {
    add_controllers(members, active_controller(gauges), order);
  }
  if (brokers) {
    add_brokers(members, gauges, order);
  }
  judge_controllers(cluster, gauges, roles, order);
  judge_quorum(gauges, order);
  if (order.entries.empty() && order.fatal.empty() && order.doubts.empty()) {
    order.fatal.emplace_back(kNothing);
  }
  return order;
}

RollOrder move_order(const KafkaCluster& cluster,
                     const RollMembers& members,
                     const kafka::ClusterGauges& gauges,
                     const std::map<std::string, std::string>& moves) {
  RollOrder order;
  for (const auto* all : {&members.controllers, &members.brokers}) {
    for (const kafka::Member& member : *all) {
      if (process_is_down(member, gauges)) {
        order.entries.push_back(
            {member.role, member.pod, true, "down already: " + kube::pod_stuck(member.object)});
      }
    }
  }
  add_controllers(members, active_controller(gauges), order);
  add_brokers(members, gauges, order);
  std::erase_if(order.entries,
                [&moves](const RollEntry& entry) { return !moves.contains(entry.pod); });
  judge_controllers(cluster, gauges, RollRoles::Brokers, order);
  judge_quorum(gauges, order);
  return order;
}

std::size_t next_in_order(const std::vector<RollEntry>& rest,
                          const std::string& active_controller) {
  CFKOPS_CHECK(!rest.empty());
  const RollEntry& front = rest.front();
  if (front.stuck || front.pod != active_controller) {
    return 0;
  }
  for (std::size_t i = 1; i < rest.size() && rest[i].role == front.role; ++i) {
    if (rest[i].pod != active_controller) {
      return i;
    }
  }
  return 0;
}

}  // namespace cfkops::actions
