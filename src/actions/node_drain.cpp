// Empties a node as `kubectl drain` does, except that Kafka stays available.
//
//   1. Look at the node, which must be cordoned already, and judge its pods. What no waiting heals
//      is said at once, before anything is sent away.
//   2. Evict the stateless pods, then the stateful ones, as many at once as their budgets allow.
//   3. Evict the processes of Kafka one after the other, controllers before brokers, each as
//      `kafka.roll` does: only while every partition can spare it, and the next only when the one
//      before is in sync again elsewhere.
//   4. Look whether the node is empty.
//
// Resumed after a crash it does the same: pods that were sent away before are gone or on their way,
// and the last process of Kafka that was is waited for as in 3.
//
// Properties kept: every eviction has the uid of a pod that was on the node when the step began;
// no process of Kafka goes while another one is not back; before the first eviction the run holds
// the lock of each Kafka that it moves, and no other run has begun to restart that one.
#include "node_drain.hpp"

#include "cluster_view.hpp"
#include "irreversible.hpp"
#include "kinds.hpp"
#include "node_schedule.hpp"
#include "sent_before.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

DrainOptions options_of(const engine::Arguments& arguments) {
  return {.ignore_daemonsets = arguments.boolean("ignore_daemonsets"),
          .delete_emptydir = arguments.boolean("delete_emptydir"),
          .force = arguments.boolean("force"),
          .pod_selector = optional_text(arguments, "pod_selector")};
}

/// Uids by namespace/pod.
std::map<std::string, std::string> sent_away_before(const engine::Context& context) {
  std::map<std::string, std::string> evicted;
  for (const kube::Mutation& eviction : evicted_before(context)) {
    evicted[eviction.ns + "/" + eviction.name] = eviction.uid;
  }
  return evicted;
}

std::vector<runbook::PermissionSpec> rights() {
  constexpr auto kEverywhere = runbook::PermissionSpec::In::AllNamespaces;
  std::vector<runbook::PermissionSpec> all = {
      {"get", "nodes"},
      {"watch", "pods", kEverywhere},
      {"get", "pods", kEverywhere},
      {"create", "pods/eviction", kEverywhere},
      {"get", "daemonsets.apps", kEverywhere},
      {"list", "poddisruptionbudgets.policy", kEverywhere},
      {"watch", "poddisruptionbudgets.policy", kEverywhere},
      {"list", "statefulsets.apps", kEverywhere},
      {"get", "statefulsets.apps", kEverywhere},
      {"get", "replicasets.apps", kEverywhere},
      {"get", "pods/proxy", kEverywhere},
      {"get", "pods/log", kEverywhere},
      {"get", "leases.coordination.k8s.io", kEverywhere},
      {"list", "kafkas.platform.confluent.io", kEverywhere}};
  const std::vector<runbook::PermissionSpec> view = view_permissions();
  all.insert(all.end(), view.begin(), view.end());
  return all;
}

runbook::ActionSpec make_spec() {
  const auto of = [](Type::Kind kind) { return Type::of(kind); };
  const runbook::Value no(false);
  runbook::ActionSpec spec{
      .name = "node.drain",
      .summary = "evicts the pods of a cordoned node, Kafka last and one process at a time"};
  spec.arguments = {
      {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"},
      {.name = "ignore_daemonsets",
       .type = of(Type::Kind::Bool),
       .fallback = no,
       .help = "leaves pods of DaemonSets where they are; with such pods it is refused otherwise"},
      {.name = "delete_emptydir",
       .type = of(Type::Kind::Bool),
       .fallback = no,
       .help = "also pods whose emptyDir data is lost by that"},
      {.name = "force",
       .type = of(Type::Kind::Bool),
       .fallback = no,
       .help = "also pods that no controller makes again; no budget is passed by it"},
      {.name = "pod_selector",
       .type = of(Type::Kind::String),
       .help = "only the pods with these labels, as kubectl -l"},
      {.name = "settle",
       .type = of(Type::Kind::Duration),
       .fallback = runbook::Value(Duration(std::chrono::seconds(30))),
       .help = "how long all of a Kafka must be in sync again before its next process"},
      {.name = "ready_timeout",
       .type = of(Type::Kind::Duration),
       .fallback = runbook::Value(Duration(std::chrono::minutes(10))),
       .help = "how long a moved Kafka process may make no progress before the drain stops"},
      {.name = "waiver_topics",
       .type = Type::list_of(of(Type::Kind::String)),
       .fallback = runbook::Value(runbook::ValueList{}),
       .help = "topics that may be offline or refuse acks=all while a broker moves"},
  };
  spec.outputs = {
      {"evicted", of(Type::Kind::Int), "pods that have gone"},
      {"pods",
       Type::list_of(of(Type::Kind::Any)),
       "namespace, pod, uid and controller (kind, name and uid) of each but Kafka's"},
      {"kafka",
       Type::list_of(of(Type::Kind::Any)),
       "the Kafka processes: pod, role, old_uid, new_uid and took of each"},
      {"namespaces", Type::list_of(of(Type::Kind::String)), "of all that have gone, each once"},
      {"stayed", Type::list_of(of(Type::Kind::String)), "pods that were left, as namespace/name"},
      {"boot_id", of(Type::Kind::String), "of the node; another one after it was started again"},
  };
  spec.effect = runbook::Effect::Once;
  spec.continues = true;
  spec.no_undo = "a pod that is gone does not come back to the node; uncordon lets new ones in";
  spec.timeout = std::chrono::hours(2);
  spec.permissions = rights();
  spec.example =
      "- id: drain\n"
      "  do: node.drain\n"
      "  with:\n"
      "    node: ${params.node}\n"
      "    ignore_daemonsets: true\n"
      "    delete_emptydir: true\n";
  return spec;
}

class NodeDrain final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const DrainRequest request, read_drain_request(context, reader, arguments));
    return plan_drain(context, reader, request);
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    const auto request = read_drain_request(context, client, arguments);
    if (!request) {
      return outcome_of(request.error());
    }
    return Drain(context, client, *request).run();
  }
};

}  // namespace

std::vector<DrainPod> DrainRequest::wave(Wave wanted) const {
  std::vector<DrainPod> found;
  std::ranges::copy_if(pods, std::back_inserter(found), [wanted](const DrainPod& one) {
    return one.fate != PodFate::Stays && one.wave == wanted;
  });
  return found;
}

RollRequest DrainRequest::roll_of(const KafkaShare& share) const {
  RollRequest roll{.cluster = share.cluster,
                   .roles = RollRoles::All,
                   .wait = wait,
                   .waived_topics = waived_topics};
  roll.moves.emplace();
  roll.from = node;
  const std::string ns = share.cluster.target.ns + "/";
  for (const DrainPod& one : pods) {
    if (one.pod.ns() == share.cluster.target.ns && share.pods.contains(one.pod.name())) {
      roll.moves->emplace(one.pod.name(), one.pod.uid());
    }
  }
  for (const auto* members : {&share.cluster.controller_pods, &share.cluster.broker_pods}) {
    for (const std::string& pod : *members) {
      const auto gone = earlier.find(ns + pod);
      if (gone != earlier.end()) {
        roll.evicted.push_back({pod, gone->second});
      }
    }
  }
  return roll;
}

Result<DrainRequest> read_drain_request(const engine::Context& context,
                                        kube::Reader& reader,
                                        const engine::Arguments& arguments) {
  DrainRequest request{.options = options_of(arguments),
                       .wait = {.settle = arguments.duration("settle"),
                                .ready_timeout = arguments.duration("ready_timeout")},
                       .earlier = sent_away_before(context)};
  const std::vector<std::string> waived = arguments.strings("waiver_topics");
  request.waived_topics.insert(waived.begin(), waived.end());
  CFKOPS_ASSIGN(request.node, read_node(reader, arguments));
  CFKOPS_ASSIGN(request.pods, read_drain_pods(reader, request.node.name(), request.options));
  std::set<std::string> earlier;
  for (const auto& [pod, uid] : request.earlier) {
    earlier.insert(pod);
  }
  CFKOPS_ASSIGN(request.kafka, find_kafka(reader, request.pods, earlier));
  CFKOPS_TRY(look_for_rolls(context, reader, request.kafka));
  return request;
}

Drain::Drain(const engine::Context& context, kube::Client& client, const DrainRequest& request)
    : context_(context),
      client_(client),
      request_(request),
      wave_(context, client, request.node.name(), request.options) {}

Outcome Drain::run() {
  std::optional<Outcome> ended = begin();
  for (const Wave wave : {Wave::Stateless, Wave::Stateful}) {
    if (!ended && !request_.wave(wave).empty()) {
      ended = look_at_node();
    }
    if (!ended) {
      ended = wave_.run(request_.wave(wave), wave);
    }
  }
  if (!ended) {
    ended = await_back();
  }
  if (!ended) {
    ended = move_kafka();
  }
  if (!ended) {
    ended = look_at_rest();
  }
  return finish(ended ? *std::move(ended) : Outcome::done());
}

/// What is wrong from the start.
std::optional<Outcome> Drain::begin() {
  for (const auto& [name, uid] : request_.earlier) {
    if (std::ranges::any_of(request_.kafka.shares,
                            [&](const KafkaShare& share) { return share.has(name); })) {
      continue;
    }
    const std::size_t slash = name.find('/');
    auto went = went_pod_by_name(client_, name.substr(0, slash), name.substr(slash + 1), uid);
    if (!went) {
      return outcome_of(went.error());
    }
    earlier_.push_back(*std::move(went));
  }
  if (!is_cordoned(request_.node)) {
    return Outcome::from(not_cordoned(request_.node));
  }
  for (const KafkaShare& share : request_.kafka.shares) {
    if (const Status held = context_.hold(share.lock()); !held) {
      return outcome_of(held.error());
    }
  }
  return judge();
}

std::optional<Outcome> Drain::judge() {
  const auto budgets = read_disruption(client_, request_);
  if (!budgets) {
    return outcome_of(budgets.error());
  }
  DrainFits fits;
  if (!request_.wave(Wave::Kafka).empty()) {
    auto read = read_fits(client_, request_);
    if (!read) {
      return Outcome::from(read.error());
    }
    fits = *std::move(read);
  }
  const std::vector<std::string> reasons = refusals_of(request_, *budgets, fits);
  if (!reasons.empty()) {
    return Outcome::refused(base::join(reasons, "; "));
  }
  const std::vector<std::string> doubts = doubts_of(request_, fits);
  return doubts.empty() ? std::nullopt : std::optional(Outcome::unknown(base::join(doubts, "; ")));
}

/// Before each wave: what goes from a node that takes pods comes back to it.
std::optional<Outcome> Drain::look_at_node() {
  const Status cordoned = still_cordoned(client_, request_.node);
  return cordoned ? std::nullopt : std::optional(outcome_of(cordoned.error()));
}

/// What Kafka needs may be among what has gone: it is Ready elsewhere before Kafka moves.
std::optional<Outcome> Drain::await_back() {
  if (request_.wave(Wave::Kafka).empty()) {
    return std::nullopt;
  }
  const Clock& clock = client_.loop().clock();
  const MonoTime began = clock.now();
  const MonoTime until = std::min(context_.deadline, began + request_.wait.ready_timeout);
  for (;;) {
    const auto lines = not_back(client_, went(), request_.node.name());
    if (!lines && !may_heal(lines.error())) {
      return outcome_of(lines.error());
    }
    if (lines && lines->empty()) {
      return std::nullopt;
    }
    const std::vector<std::string> missing =
        lines ? *lines : std::vector<std::string>{lines.error().text()};
    if (clock.now() >= until) {
      return Outcome::from(make_error(
          ErrorCode::Timeout,
          fmt::format("what has gone is not Ready elsewhere after {}, and Kafka is not moved "
                      "before: {}",
                      base::human_duration(clock.now() - began),
                      base::enumerate(missing, 10))));
    }
    context_.waiting({.what = "what has gone to be Ready elsewhere, before Kafka moves",
                      .why = missing.front(),
                      .details = missing,
                      .estimate = {},
                      .elapsed = clock.now() - began});
    if (const Status paused = client_.loop().pause(std::chrono::seconds(1)); !paused) {
      return Outcome::from(paused.error());
    }
  }
}

/// One Kafka after the other.
std::optional<Outcome> Drain::move_kafka() {
  for (const KafkaShare& share : request_.kafka.shares) {
    const RollRequest request = request_.roll_of(share);
    Outcome outcome = Roll(context_, client_, request).run();
    const auto pods = outcome.outputs.find("pods");
    if (pods != outcome.outputs.end() && pods->second.list() != nullptr) {
      moved_.insert(moved_.end(), pods->second.list()->begin(), pods->second.list()->end());
    }
    if (outcome.kind != Outcome::Kind::Done) {
      return outcome;
    }
  }
  return std::nullopt;
}

const engine::Action& node_drain() {
  static const NodeDrain kAction;
  return kAction;
}

}  // namespace cfkops::actions
