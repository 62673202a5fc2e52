#include "kafka_roll.hpp"
#include "kafka_set.hpp"
#include "pod_start.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string_view>
#include <utility>

namespace cfkops::actions {

namespace {

using kafka::GateVerdict;
using Answer = GateVerdict::Answer;

/// All that a plan looks at, read once.
struct Sight {
  RollMembers members;
  kafka::ClusterGauges gauges;
  kafka::PartitionTable table;
  GateVerdict at_rest;
};

std::string answer_text(const GateVerdict& verdict) {
  const std::string_view word = verdict.answer == Answer::Yes  ? "now"
                                : verdict.answer == Answer::No ? "not now"
                                                               : "not known";
  return verdict.yes() ? fmt::format("{} ({})", word, verdict.summary)
                       : fmt::format("{}: {}", word, reasons_text(verdict));
}

/// A refusal that no waiting heals: another cause than a budget, or a budget that refuses while all
/// its pods are well.
bool for_good(const Error& error, bool all_ready) {
  return error.code == ErrorCode::TooManyRequests ? all_ready : !may_heal(error);
}

void ask_eviction(kube::Reader& reader,
                  const std::string& ns,
                  const std::string& pod,
                  bool all_ready,
                  engine::PlannedChange& change) {
  const Status asked = reader.dry_run_evict(ns, pod, change.uid);
  if (asked) {
    change.verdict = "accepted (budgets are asked again before each)";
    return;
  }
  change.refused = for_good(asked.error(), all_ready);
  change.verdict = (change.refused ? "refused: " : "refused now: ") + asked.error().message;
}

/// What the partitions of a broker say about its restart; nothing for a controller.
void judge_partitions(const RollRequest& request,
                      const Sight& sight,
                      const RollEntry& entry,
                      engine::PlannedChange& change) {
  if (entry.role != kafka::Role::Broker || entry.stuck) {
    return;
  }
  const GateVerdict verdict = kafka::may_stop_broker(sight.table, entry.pod, request.waived_topics);
  if (verdict.yes()) {
    return;
  }
  if (!verdict.waiver.empty()) {
    change.refused = true;
    change.verdict =
        fmt::format("refused: {} (permitted by {})", reasons_text(verdict, 5), verdict.permit());
  } else {
    change.diff.push_back("~ waits: " + reasons_text(verdict, 5));
  }
}

/// What the quorum says about the restart of a controller; nothing for any other.
void judge_vote(const Sight& sight, const RollEntry& entry, engine::PlannedChange& change) {
  const bool votes =
      entry.role == kafka::Role::Controller || find_controller(sight.gauges, entry.pod) != nullptr;
  if (!votes || entry.stuck) {
    return;
  }
  const GateVerdict verdict = kafka::may_stop_controller(sight.gauges, entry.pod);
  if (!verdict.yes()) {
    change.diff.push_back("~ waits: " + reasons_text(verdict, 5));
  }
}

/// "24 partitions with 2 of 3 replicas in sync", by how many would be left.
std::vector<std::string> exposure(const kafka::PartitionTable& table, const std::string& pod) {
  const auto own = table.by_pod.find(pod);
  if (own == table.by_pod.end()) {
    return {};
  }
  std::map<std::pair<int, int>, std::int64_t> counts;
  std::int64_t offline = 0;
  std::int64_t refusing = 0;
  for (const auto& [partition, reading] : own->second) {
    const kafka::PartitionReading* leader = table.leader_of(partition);
    if (leader == nullptr) {
      continue;
    }
    if (leader->replicas == 1) {
      ++offline;
    } else if (leader->at_min_isr) {
      ++refusing;
    } else {
      ++counts[{leader->in_sync - 1, leader->replicas}];
    }
  }
  std::vector<std::string> lines;
  if (offline > 0) {
    lines.push_back(base::counted(offline, "partition") + " offline");
  }
  if (refusing > 0) {
    lines.push_back(base::counted(refusing, "partition") + " refusing acks=all");
  }
  for (const auto& [left, count] : counts) {
    lines.push_back(fmt::format("{} with {} of {} replicas in sync",
                                base::counted(count, "partition"),
                                left.first,
                                left.second));
  }
  return lines;
}

void tell_disruption(const Sight& sight, const RollEntry& entry, engine::StepPlan& plan) {
  if (entry.role == kafka::Role::Controller) {
    plan.disruption.push_back(fmt::format(
        "while {} restarts: the quorum has one voter less; a moment without metadata changes if "
        "it is the active one",
        entry.pod));
    return;
  }
  std::vector<std::string> parts = exposure(sight.table, entry.pod);
  if (!parts.empty()) {
    plan.disruption.push_back(
        fmt::format("while {} restarts: {}", entry.pod, base::join(parts, ", ")));
  }
}

/// By the quickest start of each role: a later flap of readiness only makes a pod look slower.
std::optional<Duration> estimate(const RollRequest& request,
                                 const Sight& sight,
                                 const std::vector<RollEntry>& entries) {
  std::map<kafka::Role, Duration> quickest;
  for (const auto* members : {&sight.members.brokers, &sight.members.controllers}) {
    for (const kafka::Member& member : *members) {
      if (const auto took = start_up(member.object)) {
        const auto [at, first] = quickest.emplace(member.role, *took);
        at->second = first ? *took : std::min(at->second, *took);
      }
    }
  }
  Duration total{};
  for (const RollEntry& entry : entries) {
    const auto found = quickest.find(entry.role);
    if (found == quickest.end()) {
      return std::nullopt;
    }
    total += found->second + request.wait.settle;
  }
  return total;
}

std::vector<kube::AccessQuestion> permissions(const RollRequest& request) {
  const std::string& ns = request.cluster.target.ns;
  const auto ask = [&](const char* verb, const kube::Resource& resource, const char* sub = "") {
    return kube::AccessQuestion{
        .verb = verb, .resource = resource, .subresource = sub, .ns = ns, .name = ""};
  };
  const kube::Resource& pods = kube::resources::pods();
  const kube::Resource& sets = kube::resources::stateful_sets();
  std::vector<kube::AccessQuestion> questions = {ask("get", pods),
                                                 ask("list", pods),
                                                 ask("create", pods, "eviction"),
                                                 ask("get", pods, "proxy"),
                                                 ask("get", pods, "log"),
                                                 ask("get", sets),
                                                 ask("list", sets)};
  // A rule about creating cannot name what is not there yet.
  for (const auto& [verb, named] :
       {std::pair("get", true), {"create", false}, {"patch", true}, {"delete", true}}) {
    if (request.moves && std::string_view(verb) != "get") {
      continue;  // no mark is left, those of others are looked at
    }
    kube::AccessQuestion question = ask(verb, kube::resources::leases());
    question.name = named ? mark_name(request.cluster) : "";
    questions.push_back(std::move(question));
  }
  if (request.cluster.target.kind == "Kafka") {
    questions.push_back(ask("list", kafka::kafkas()));
  }
  return questions;
}

void tell_gates(const RollRequest& request, const Sight& sight, engine::StepPlan& plan) {
  const KafkaCluster& cluster = request.cluster;
  GateVerdict pods = pods_are_ready(cluster, sight.members);
  pods.summary = fmt::format(
      "{} brokers, {} controllers", cluster.broker_pods.size(), cluster.controller_pods.size());
  plan.notes.push_back("no other roll: " + answer_text(sight.at_rest));
  plan.notes.push_back("all pods Ready: " + answer_text(pods));
  GateVerdict known = controllers_are_known(cluster);
  known.summary = cluster.target.controller_set.empty()
                      ? cluster.target.controller_doubt
                      : "StatefulSet " + cluster.target.controller_set;
  plan.notes.push_back("controllers known: " + answer_text(known));
  plan.notes.push_back("replication full: " +
                       answer_text(replication_is_full(cluster, sight.gauges)));
  if (!sight.gauges.controllers.empty()) {
    plan.notes.push_back("quorum whole: " + answer_text(kafka::quorum_is_whole(sight.gauges)));
  } else {
    plan.notes.emplace_back("quorum whole: not watched");
  }
  GateVerdict tables = tables_are_whole(sight.gauges, sight.table);
  tables.summary = base::counted(std::ssize(sight.table.by_pod), "broker");
  plan.notes.push_back("all partitions told of: " + answer_text(tables));
  plan.notes.push_back(
      fmt::format("each of these must hold before every restart, and for {} after it",
                  base::format_duration(request.wait.settle)));
}

/// What is left out, and why.
void tell_left_out(const RollRequest& request, const MarkView& view, engine::StepPlan& plan) {
  if (!request.evicted.empty()) {
    plan.notes.push_back(
        fmt::format("{} before the run was resumed; it goes on with the others",
                    base::counted(std::ssize(request.evicted), "pod") + " evicted"));
  }
  if (!view.note.empty()) {
    plan.notes.push_back(view.note);
  }
}

/// A change for each process, in order.
void plan_entries(kube::Reader& reader,
                  const RollRequest& request,
                  const Sight& sight,
                  const std::vector<RollEntry>& entries,
                  engine::StepPlan& plan) {
  const std::string& ns = request.cluster.target.ns;
  const bool goes_on = !request.evicted.empty();
  const bool all_ready = pods_are_ready(request.cluster, sight.members).yes();
  for (const RollEntry& entry : entries) {
    const kafka::Member* member = sight.members.find(entry.pod);
    engine::PlannedChange change{.verb = "evict",
                                 .object = fmt::format("pod {}/{}", ns, entry.pod),
                                 .uid = member == nullptr ? "" : member->uid,
                                 .diff = {},
                                 .verdict = "",
                                 .refused = false};
    ask_eviction(reader, ns, entry.pod, all_ready, change);
    judge_partitions(request, sight, entry, change);
    judge_vote(sight, entry, change);
    if (goes_on && std::exchange(change.refused, false)) {
      change.verdict = "asked again when it comes; now " + change.verdict;
    }
    tell_disruption(sight, entry, plan);
    plan.notes.push_back(fmt::format("{}. {} {}: {}",
                                     plan.changes.size() + 1,
                                     kafka::to_string(entry.role),
                                     entry.pod,
                                     entry.reason));
    plan.changes.push_back(std::move(change));
  }
}

}  // namespace

Result<engine::StepPlan> plan_roll(const engine::Context& context,
                                   kube::Reader& reader,
                                   const RollRequest& request) {
  const KafkaCluster& cluster = request.cluster;
  const std::string& ns = cluster.target.ns;
  Sight sight;
  CFKOPS_ASSIGN(sight.members, read_members(reader, cluster));
  sight.gauges = read_gauges(reader, cluster);
  sight.table =
      kafka::read_partitions(reader, ns, cluster.broker_pods, kafka::Detail::Sync, kPollTimeout);
  Patience patience(reader.loop().clock());
  SetLook sets = look_at_sets(reader, cluster, "", patience);
  if (sets.error) {
    return *sets.error;
  }
  sight.at_rest = std::move(sets.at_rest);
  sight.at_rest.summary = "by the StatefulSets";
  RollOrder order = request.moves ? move_order(cluster, sight.members, sight.gauges, *request.moves)
                                  : roll_order(cluster, sight.members, sight.gauges, request.roles);
  const MarkView view =
      request.moves ? MarkView()
                    : view_mark(request, sight.members, context, reader.loop().clock().wall());
  leave_out(request.evicted, order);
  leave_out(view.left_out, order);
  const bool goes_on = !request.evicted.empty();

  engine::StepPlan plan;
  if (goes_on) {
    // One may be down just now, of our own doing: what that lets doubt of is asked again before the
    // next one.
    order.doubts.clear();
  }
  tell_left_out(request, view, plan);
  if (!order.entries.empty() && !view.lost.empty()) {
    order.fatal.push_back(view.lost);
    order.entries.clear();
  }
  for (const auto* reasons : {&order.fatal, &order.doubts}) {
    for (const std::string& reason : *reasons) {
      plan.changes.push_back({.verb = "evict",
                              .object = "",
                              .uid = "",
                              .diff = {},
                              .verdict = "refused: " + reason,
                              .refused = true});
    }
  }
  plan_entries(reader, request, sight, order.entries, plan);
  tell_gates(request, sight, plan);
  if (!request.moves) {
    plan.notes.push_back(fmt::format(
        "{} marks what is done: written before the first eviction, and deleted when all "
        "are back",
        mark_text(cluster)));
  }
  plan.permissions = permissions(request);
  plan.ordered_by_state = true;  // fewest leaders first, the active controller last
  plan.estimate = estimate(request, sight, order.entries);
  plan.undo = "none: a restarted process has nothing to take back";
  return plan;
}

}  // namespace cfkops::actions
