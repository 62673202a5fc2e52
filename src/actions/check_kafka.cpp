#include "check_kafka.hpp"

#include "cfkops/base/clock.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using kafka::GateVerdict;

CheckResult unknown(const Error& error) {
  return {.verdict = Verdict::Unknown,
          .summary = error.text(),
          .details = {},
          .remedy = error.hint.empty() ? "try again when it can be read" : error.hint,
          .outputs = {}};
}

CheckResult result_of(GateVerdict verdict) {
  const Verdict answer = verdict.answer == GateVerdict::Answer::Yes  ? Verdict::Pass
                         : verdict.answer == GateVerdict::Answer::No ? Verdict::Fail
                                                                     : Verdict::Unknown;
  CheckResult result{.verdict = answer,
                     .summary = std::move(verdict.summary),
                     .details = std::move(verdict.reasons),
                     .remedy = {},
                     .outputs = {}};
  if (answer == Verdict::Fail) {
    result.remedy = "let it get well, or mend it, first; then run again";
  } else if (answer == Verdict::Unknown) {
    result.remedy =
        "make the processes answer on Jolokia's port 7777; unknown is not taken for well";
  }
  return result;
}

}  // namespace

runbook::ActionSpec kafka_check_spec(std::string name, std::string summary) {
  runbook::ActionSpec spec{.name = std::move(name), .summary = std::move(summary)};
  spec.is_check = true;
  spec.arguments = {{.name = "target",
                     .type = runbook::Type::ref({"Kafka"}),
                     .required = true,
                     .help = "the cluster"},
                    {.name = "hold",
                     .type = runbook::Type::of(runbook::Type::Kind::Duration),
                     .fallback = runbook::Value(Duration::zero()),
                     .help = "how far apart two readings must both be well; 0s: one reading"}};
  spec.permissions = {
      {"list", "statefulsets.apps"}, {"get", "statefulsets.apps"}, {"get", "pods/proxy"}};
  return spec;
}

CheckResult check_kafka(
    const engine::Context& context,
    kube::Reader& reader,
    const engine::Arguments& arguments,
    const std::function<GateVerdict(const KafkaCluster&, const kafka::ClusterGauges&)>& gate) {
  const auto cluster = read_cluster(reader, arguments.ref("target"));
  if (!cluster) {
    return unknown(cluster.error());
  }
  GateVerdict verdict = gate(*cluster, read_gauges(reader, *cluster));
  const Duration hold = arguments.duration("hold");
  if (verdict.yes() && hold > Duration::zero()) {
    context.waiting(
        {.what = "a second reading",
         .why = "the first was well; it must still be after " + base::format_duration(hold),
         .details = {},
         .estimate = hold,
         .elapsed = {}});
    const Status paused = reader.loop().pause(hold);
    if (!paused) {
      return unknown(paused.error());
    }
    verdict = gate(*cluster, read_gauges(reader, *cluster));
    verdict.summary += ", twice " + base::format_duration(hold) + " apart";
  }
  return result_of(std::move(verdict));
}

}  // namespace cfkops::actions
