#include "check_kafka.hpp"
#include "kinds.hpp"

namespace cfkops::actions {

namespace {

/// Without a controller that answers nothing can be said of the quorum.
kafka::GateVerdict quorum(const KafkaCluster& cluster, const kafka::ClusterGauges& gauges) {
  if (!gauges.controllers.empty()) {
    return kafka::quorum_is_whole(gauges);
  }
  const std::string& doubt = cluster.target.controller_doubt;
  return {.answer = kafka::GateVerdict::Answer::Unknown,
          .summary = "the controllers are not known",
          .reasons = {doubt.empty() ? "no process says that it is a controller" : doubt},
          .waiver = {}};
}

class KafkaQuorum final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] engine::CheckResult evaluate(const engine::Context& context,
                                             kube::Reader& reader,
                                             const engine::Arguments& arguments) const override {
    return check_kafka(context, reader, arguments, quorum);
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec = kafka_check_spec(
        "kafka.quorum", "the KRaft quorum has one leader that all know, and every voter keeps up");
    spec.example =
        "- check: kafka.quorum\n"
        "  with: {target: \"${params.target}\"}\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_kafka_quorum() {
  static const KafkaQuorum kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
