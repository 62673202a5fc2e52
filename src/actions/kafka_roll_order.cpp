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

std::optional<std::int64_t> leaders_of(const kafka::ClusterGauges& gauges, const std::string& pod) {
  for (const kafka::BrokerGauges& broker : gauges.brokers) {
    if (broker.pod == pod) {
      return broker.leaders;
    }
  }
  return std::nullopt;
}

void add_stuck(const std::vector<kafka::Member>& members,
               const std::string& wanted,
               bool restart,
               RollOrder& order) {
  for (const kafka::Member& member : members) {
    const std::string stuck = kube::pod_stuck(member.object);
    if (stuck.empty()) {
      continue;
    }
    // An unknown revision counts as the wanted one: stopping is the safe mistake.
    if (wanted.empty() || member.revision.empty() || member.revision == wanted) {
      order.fatal.push_back(
          fmt::format("pod {} is stuck at the current revision ({}): another pod would end the "
                      "same way",
                      member.pod,
                      stuck));
    } else if (restart) {
      order.entries.push_back(
          {member.role, member.pod, true, "stuck at an outdated revision: " + stuck});
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

}  // namespace

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

RollOrder roll_order(const KafkaCluster& cluster,
                     const RollMembers& members,
                     const kafka::ClusterGauges& gauges,
                     RollRoles roles) {
  const bool controllers = roles != RollRoles::Brokers;
  const bool brokers = roles != RollRoles::Controllers;
  RollOrder order;
  add_stuck(members.controllers, cluster.controller_revision, controllers, order);
  add_stuck(members.brokers, cluster.broker_revision, brokers, order);
  if (controllers) {
    add_controllers(members, active_controller(gauges), order);
  }
  if (brokers) {
    add_brokers(members, gauges, order);
  }
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
