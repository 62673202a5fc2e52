#include "check_kafka.hpp"
#include "kinds.hpp"

namespace cfkops::actions {

namespace {

class KafkaReplication final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] engine::CheckResult evaluate(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const override {
    return check_kafka(context,
                       reader,
                       arguments,
                       [](const KafkaCluster& cluster, const kafka::ClusterGauges& gauges) {
                         return replication_is_full(cluster, gauges);
                       });
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec = kafka_check_spec(
        "kafka.replication",
        "every partition has a leader and all its replicas in sync, every broker runs");
    spec.example =
        "- check: kafka.replication\n"
        "  with: {target: \"${params.target}\", hold: 10s}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_kafka_replication() {
  static const KafkaReplication kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
