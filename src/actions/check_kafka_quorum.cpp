#include "check_kafka.hpp"
#include "kafka_gate.hpp"
#include "kinds.hpp"

#include <chrono>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr const char* kElsewhere =
    "a Kafka whose controllers are in another namespace, or that runs on ZooKeeper, is not "
    "restarted by this procedure, which cannot watch that quorum";

runbook::ActionSpec make_spec() {
  const Type number = Type::of(Type::Kind::Int);
  runbook::ActionSpec spec{
      .name = "kafka.quorum",
      .summary = "the controllers agree on one leader and epoch and have all caught up"};
  spec.arguments = kafka_check_arguments();
  spec.outputs = {{"controllers", number, "that answered"},
                  {"leader", number, "node id of the leader, -1 if none is known"},
                  {"epoch", number, "of the leader"}};
  spec.is_check = true;
  spec.timeout = std::chrono::hours(1);
  spec.permissions = kafka_permissions();
  spec.example =
      "- check: kafka.quorum\n"
      "  with: {target: \"${params.target}\"}\n";
  return spec;
}

runbook::ValueMap outputs_of(const kafka::ClusterGauges& gauges) {
  std::int64_t answered = 0;
  std::int64_t leader = -1;
  std::int64_t epoch = -1;
  for (const kafka::ControllerGauges& controller : gauges.controllers) {
    answered += controller.answered() ? 1 : 0;
    if (controller.raft_state == "leader") {
      leader = controller.leader_id.value_or(-1);
      epoch = controller.epoch.value_or(-1);
    }
  }
  return {{"controllers", answered}, {"leader", leader}, {"epoch", epoch}};
}

class CheckKafkaQuorum final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] engine::CheckResult evaluate(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const override {
    return check_kafka(
        context, reader, arguments, [](kube::Reader& asked, const KafkaCluster& cluster) {
          KafkaReading reading;
          reading.gauges = read_gauges(asked, cluster);
          reading.verdict = kafka::quorum_is_whole(reading.gauges);
          merge(reading.verdict, controllers_are_known(cluster));
          reading.outputs = outputs_of(reading.gauges);
          if (reading.gauges.controllers.empty() && !cluster.target.controllers_uncertain) {
            reading.details = {cluster.target.controller_doubt, kElsewhere};
          }
          return reading;
        });
  }
};

}  // namespace

const engine::Check& check_kafka_quorum() {
  static const CheckKafkaQuorum kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
