#include "check_kafka.hpp"

#include "cfkops/base/clock.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr Duration kTellEvery = std::chrono::seconds(1);

Verdict verdict_of(kafka::GateVerdict::Answer answer) {
  return answer == kafka::GateVerdict::Answer::Yes  ? Verdict::Pass
         : answer == kafka::GateVerdict::Answer::No ? Verdict::Fail
                                                    : Verdict::Unknown;
}

CheckResult result_of(KafkaReading reading) {
  CheckResult result{.verdict = verdict_of(reading.verdict.answer),
                     .summary = std::move(reading.verdict.summary),
                     .details = std::move(reading.verdict.reasons),
                     .remedy = "",
                     .outputs = std::move(reading.outputs)};
  result.details.insert(result.details.end(), reading.details.begin(), reading.details.end());
  if (!reading.verdict.waiver.empty()) {
    result.remedy = "if the topics' owners agree: --param " + reading.verdict.permit();
  }
  return result;
}

/// Lets the time pass that lies between the two readings, and says so.
Status hold_still(const engine::Context& context, kube::Reader& reader, Duration hold) {
  const MonoTime since = reader.loop().clock().now();
  for (;;) {
    const Duration passed = reader.loop().clock().now() - since;
    if (passed >= hold) {
      return {};
    }
    engine::WaitState state;
    state.what = fmt::format("the second reading, {} after the first", base::format_duration(hold));
    state.estimate = hold - passed;
    state.elapsed = passed;
    context.waiting(state);
    CFKOPS_TRY(reader.loop().pause(std::min(kTellEvery, hold - passed)));
  }
}

}  // namespace

std::vector<runbook::ArgumentSpec> kafka_check_arguments() {
  return {
      {.name = "target", .type = Type::ref({"Kafka"}), .required = true, .help = "the cluster"},
      {.name = "hold",
       .type = Type::of(Type::Kind::Duration),
       .fallback = runbook::Value(Duration(0)),
       .help = "it must be so in two readings that far apart; 0s asks once"},
  };
}

CheckResult check_kafka(const engine::Context& context,
                        kube::Reader& reader,
                        const engine::Arguments& arguments,
                        const ReadKafka& read) {
  const Result<KafkaCluster> cluster = read_cluster(reader, arguments.ref("target"));
  if (!cluster) {
    return CheckResult::unknown(cluster.error());
  }
  KafkaReading reading = read(reader, *cluster);
  const Duration hold = arguments.duration("hold");
  if (!reading.verdict.yes() || hold == Duration(0)) {
    return result_of(std::move(reading));
  }
  if (const Status held = hold_still(context, reader, hold); !held) {
    return CheckResult::unknown(held.error());
  }
  KafkaReading second = read(reader, *cluster);
  if (second.verdict.yes()) {
    second.verdict.summary += fmt::format(", twice {} apart", base::format_duration(hold));
  }
  return result_of(std::move(second));
}

}  // namespace cfkops::actions
