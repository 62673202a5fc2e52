#include "check_kafka.hpp"
#include "kafka_gate.hpp"
#include "kinds.hpp"

#include <chrono>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

runbook::ActionSpec make_spec() {
  const Type number = Type::of(Type::Kind::Int);
  runbook::ActionSpec spec{
      .name = "kafka.replication",
      .summary = "every partition has a leader and all its replicas in sync, every broker runs"};
  spec.arguments = kafka_check_arguments();
  spec.arguments.push_back(
      {.name = "waiver_topics",
       .type = Type::list_of(Type::of(Type::Kind::String)),
       .help = "if given, also: every broker could be restarted without a partition losing what it "
               "needs, these topics aside"});
  spec.outputs = {{"brokers", number, "that run"},
                  {"partitions", number, "that have a leader"},
                  {"under_replicated", number, "of them with replicas missing"},
                  {"under_min_isr", number, "of them below min.insync.replicas"}};
  spec.is_check = true;
  spec.timeout = std::chrono::hours(1);
  spec.permissions = kafka_permissions();
  spec.example =
      "- check: kafka.replication\n"
      "  with: {target: \"${params.target}\", hold: 10s}\n";
  return spec;
}

runbook::ValueMap outputs_of(const kafka::ClusterGauges& gauges) {
  std::int64_t brokers = 0;
  std::int64_t partitions = 0;
  std::int64_t under_replicated = 0;
  std::int64_t under_min = 0;
  for (const kafka::BrokerGauges& broker : gauges.brokers) {
    brokers += broker.state == kafka::kRunning ? 1 : 0;
    partitions += broker.leaders.value_or(0);
    under_replicated += broker.under_replicated.value_or(0);
    under_min += broker.under_min_isr.value_or(0);
  }
  return {{"brokers", brokers},
          {"partitions", partitions},
          {"under_replicated", under_replicated},
          {"under_min_isr", under_min}};
}

/// Whether each broker could be restarted, one at a time.
kafka::GateVerdict all_may_stop(kube::Reader& reader,
                                const KafkaCluster& cluster,
                                const kafka::ClusterGauges& gauges,
                                const std::set<std::string>& waived) {
  const kafka::PartitionTable table = kafka::read_partitions(
      reader, cluster.target.ns, cluster.broker_pods, kafka::Detail::Sync, kPollTimeout);
  kafka::GateVerdict all = tables_are_whole(gauges, table);
  for (const std::string& pod : cluster.broker_pods) {
    kafka::GateVerdict one = kafka::may_stop_broker(table, pod, waived);
    one.summary.clear();
    merge(all, std::move(one));
  }
  return all;
}

class CheckKafkaReplication final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] engine::CheckResult evaluate(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const override {
    const runbook::Value* waiver = arguments.find("waiver_topics");
    const bool restartable = waiver != nullptr && !waiver->is_null();
    std::set<std::string> waived;
    if (restartable) {
      const std::vector<std::string> names = arguments.strings("waiver_topics");
      waived.insert(names.begin(), names.end());
    }
    return check_kafka(
        context, reader, arguments, [&](kube::Reader& asked, const KafkaCluster& cluster) {
          KafkaReading reading;
          reading.gauges = read_gauges(asked, cluster);
          reading.verdict = replication_is_full(cluster, reading.gauges);
          merge(reading.verdict, controllers_are_known(cluster));
          reading.outputs = outputs_of(reading.gauges);
          if (!reading.verdict.yes()) {
            reading.details = missing_partitions(asked, cluster, 20);
          } else if (restartable) {
            merge(reading.verdict, all_may_stop(asked, cluster, reading.gauges, waived));
          }
          return reading;
        });
  }
};

}  // namespace

const engine::Check& check_kafka_replication() {
  static const CheckKafkaReplication kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
