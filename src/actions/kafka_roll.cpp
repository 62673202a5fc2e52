// A rolling restart of a Kafka cluster that keeps every partition writable.
//
//   1. Find the processes that should be there, and those that are. A pod that is stuck at the
//      revision that all pods are to have ends the roll before it began: the next one would end
//      the same way. So do doubt about which controllers the cluster has (asked about again for a
//      few seconds), controllers that were asked for and are not here, and those without which no
//      majority would be left.
//   2. Order: stuck pods of an outdated revision, those whose Kafka is down already before the
//      others; controllers, the active one last; brokers, those that lead the fewest partitions
//      first.
//   3. For the next process, look at everything afresh: nobody else rolls the cluster, all pods
//      Ready, every broker running and unfenced, every partition fully in sync, the quorum whole
//      and still whole without this process, no partition of it that would fall below what it
//      needs. While any of that is not so or not known, wait and say why; when the time is up,
//      refuse. For one that is down, only that it is down still; if it is not and the controllers
//      are in doubt, end as unknown: who they are was read at 1.
//   4. Where it has become the active controller meanwhile and others of its kind are left, take
//      one of those first.
//   5. Remember which partitions it hosts. Evict its pod, by uid, while no reading of 3 is older
//      than 5 s; else back to 3. The disruption budget is a second guard; refused by it: back to 3.
//      Whatever else the answer is, the pod is looked at and decides whether the eviction happened.
//   6. Wait for the new pod, its process, and all that it hosted to be in sync again, and for that
//      to hold for the settling time. Where the pod is stuck or nothing moves for `ready_timeout`,
//      fail, with the end of its log; no other process is touched.
//   7. Back to 3 until none is left.
//
// Resumed after a crash, it leaves out the pods that it evicted before, as its journal tells, and
// waits for the last of them to be back as at 6 before it looks at another one. It goes on with
// others only while its own mark stands.
//
// For runs that have no journal of it there is a mark in the cluster: a Lease with the uid that
// each pod had. It is written after the first 3 that held, and nothing is evicted before it stands;
// it is taken away when all are back. A run that finds one goes on with that roll: pods of another
// uid, or on their way out, are left out, and 3 waits for them. A mark that tells of other
// processes, of a day ago, or of a roll that has sent all of them away, is replaced and all are
// restarted.
//
// Properties kept, whatever requests fail and however:
//   - at most one process is down by our doing;
//   - no eviction leaves unless 3 held on readings taken after the last process was back and in the
//     5 s before, however long the server was away in between;
//   - what is not known blocks: an API server that is away is waited for;
//   - a request to stop is taken between processes and while waiting at the gate, never between an
//     eviction and the return of that process, unless it is made twice.
#include "kafka_roll.hpp"

#include "irreversible.hpp"
#include "kinds.hpp"
#include "sent_before.hpp"

#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr int kAsksAgain = 3;  // where the cluster's pods leave it open which its controllers are
constexpr Duration kBeforeAskingAgain = std::chrono::seconds(1);

runbook::ActionSpec make_spec() {
  const auto of = [](Type::Kind kind) { return Type::of(kind); };
  runbook::ActionSpec spec{
      .name = "kafka.roll",
      .summary =
          "restarts Kafka one process at a time, each only while all partitions stay writable"};
  spec.arguments = {
      {.name = "target", .type = Type::ref({"Kafka"}), .required = true, .help = "the cluster"},
      {.name = "roles",
       .type = Type::enumeration({"brokers", "controllers", "all"}),
       .fallback = runbook::Value("brokers"),
       .help = "which processes; controllers go before brokers"},
      {.name = "settle",
       .type = of(Type::Kind::Duration),
       .fallback = runbook::Value(Duration(std::chrono::seconds(30))),
       .help = "how long all must be in sync again before the next process"},
      {.name = "ready_timeout",
       .type = of(Type::Kind::Duration),
       .fallback = runbook::Value(Duration(std::chrono::minutes(10))),
       .help = "how long a restarted process may make no progress before the roll stops"},
      {.name = "waiver_topics",
       .type = Type::list_of(of(Type::Kind::String)),
       .fallback = runbook::Value(runbook::ValueList{}),
       .help = "topics that may be offline or refuse acks=all while a broker restarts"},
      {.name = "restart_all",
       .type = of(Type::Kind::Bool),
       .fallback = runbook::Value(false),
       .help = "also those that an unfinished roll of the last 24 hours has restarted"},
  };
  spec.outputs = {
      {"planned", of(Type::Kind::Int), "processes that were to be restarted"},
      {"restarted", of(Type::Kind::Int), "processes that were"},
      {"left_out",
       Type::list_of(of(Type::Kind::String)),
       "pods that an unfinished roll had restarted; in neither of the two"},
      {"pods", Type::list_of(of(Type::Kind::Any)), "pod, role, old_uid, new_uid and took of each"},
  };
  spec.effect = runbook::Effect::Once;
  spec.continues = true;
  spec.no_undo = "a restarted process has nothing to take back";
  spec.timeout = std::chrono::hours(2);
  spec.permissions = {{"list", "statefulsets.apps"},
                      {"get", "statefulsets.apps"},
                      {"list", "pods"},
                      {"get", "pods"},
                      {"create", "pods/eviction"},
                      {"get", "pods/proxy"},
                      {"get", "pods/log"},
                      {"get", "leases.coordination.k8s.io"},
                      {"create", "leases.coordination.k8s.io"},
                      {"patch", "leases.coordination.k8s.io"},
                      {"delete", "leases.coordination.k8s.io"},
                      {"list", "kafkas.platform.confluent.io"}};
  spec.example =
      "- id: roll\n"
      "  do: kafka.roll\n"
      "  with:\n"
      "    target: ${params.target}\n"
      "    settle: 30s\n";
  return spec;
}

std::vector<EvictedPod> evicted_pods(const engine::Context& context) {
  std::vector<EvictedPod> pods;
  for (const kube::Mutation& eviction : evicted_before(context)) {
    pods.push_back({eviction.name, eviction.uid});
  }
  return pods;
}

/// What was asked for, of a cluster whose controllers are known if a few seconds make them so: a
/// process that is silent for a moment shall not end the run.
Result<RollRequest> read_patiently(const engine::Context& context,
                                   kube::Reader& reader,
                                   const engine::Arguments& arguments) {
  for (int again = 0;; ++again) {
    Result<RollRequest> request = read_roll_request(context, reader, arguments);
    if (!request || !request->cluster.target.controllers_uncertain || again == kAsksAgain) {
      return request;
    }
    CFKOPS_TRY(reader.loop().pause(kBeforeAskingAgain));
  }
}

class KafkaRoll final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const RollRequest request, read_roll_request(context, reader, arguments));
    return plan_roll(context, reader, request);
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const Result<RollRequest> request = read_patiently(context, client, arguments);
    if (!request) {
      return outcome_of(request.error());
    }
    return Roll(context, client, *request).run();
  }
};

}  // namespace

Result<RollRequest> read_roll_request(const engine::Context& context,
                                      kube::Reader& reader,
                                      const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(KafkaCluster cluster, read_cluster(reader, arguments.ref("target")));
  CFKOPS_ASSIGN(std::optional<FoundMark> mark, read_mark(reader, cluster));
  const std::vector<std::string> waived = arguments.strings("waiver_topics");
  return RollRequest{.cluster = std::move(cluster),
                     .roles = roles_of(arguments.string("roles")).value_or(RollRoles::Brokers),
                     .wait = {.settle = arguments.duration("settle"),
                              .ready_timeout = arguments.duration("ready_timeout")},
                     .waived_topics = std::set<std::string>(waived.begin(), waived.end()),
                     .restart_all = arguments.boolean("restart_all"),
                     .evicted = evicted_pods(context),
                     .mark = std::move(mark)};
}

const engine::Action& kafka_roll() {
  static const KafkaRoll kAction;
  return kAction;
}

}  // namespace cfkops::actions
