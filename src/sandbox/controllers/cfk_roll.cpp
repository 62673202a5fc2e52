#include "controllers/cfk_roll.hpp"

#include "controllers/pods.hpp"
#include "controllers/stateful_set_pods.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace cfkops::sandbox {

namespace {

constexpr int kJolokiaPort = 7777;
constexpr std::string_view kRevision = "controller-revision-hash";
constexpr std::string_view kReplicas =
    "kafka.server:type=ReplicaManager,name="
    "UnderReplicatedPartitions";
constexpr std::string_view kRaft = "kafka.server:type=raft-metrics";

std::string not_settled(const Value& pod) {
  if (is_terminating(pod)) {
    return name_of(pod) + " is going";
  }
  return has_phase(pod, "Running") && is_ready(pod) ? "" : name_of(pod) + " is not ready";
}

std::string broker_objection(Program& program, const Value& pod) {
  const Shared count = ask_jolokia(program, pod, kReplicas, "Value");
  if (count == nullptr || !count->is_number_integer()) {
    return fmt::format("{} does not tell its under-replicated partitions", name_of(pod));
  }
  const auto number = count->get<std::int64_t>();
  return number == 0 ? ""
                     : fmt::format("{} has {} under-replicated partitions", name_of(pod), number);
}

std::string controller_objection(Program& program, const Value& pod) {
  const Shared leader = ask_jolokia(program, pod, kRaft, "current-leader");
  if (leader == nullptr || !leader->is_number_integer()) {
    return fmt::format("{} does not tell its leader", name_of(pod));
  }
  return leader->get<std::int64_t>() < 0 ? fmt::format("{} knows no leader", name_of(pod)) : "";
}

}  // namespace

Shared ask_jolokia(Program& program,
                   const Value& pod,
                   std::string_view bean,
                   std::string_view attribute) {
  const auto answer = program.serve(
      pod, kJolokiaPort, {.target = fmt::format("/jolokia/read/{}/{}", bean, attribute)});
  if (!answer || answer->status != 200) {
    return nullptr;
  }
  const Value body = Value::parse(answer->body, nullptr, false);
  const Value* value = find(body, {"value"});
  return value == nullptr || number_at(body, {"status"}) != 200 ? nullptr : share(*value);
}

std::string roll_precheck(const Programs& programs,
                          const std::vector<Shared>& pods,
                          bool controllers) {
  for (const Shared& pod : pods) {
    Program* program = programs.of(*pod);
    if (program == nullptr) {
      continue;
    }
    std::string objection =
        controllers ? controller_objection(*program, *pod) : broker_objection(*program, *pod);
    if (!objection.empty()) {
      return objection;
    }
  }
  return {};
}

RollStep next_roll_step(const Value& set,
                        const std::vector<Shared>& pods,
                        const std::string& precheck) {
  const std::int64_t partition =
      number_at(set, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  const std::string update = text_at(set, {"status", "updateRevision"});
  if (partition <= 0) {
    return {.rolling = update != text_at(set, {"status", "currentRevision"})};
  }
  RollStep step{.rolling = true};
  if (number_at(set, {"status", "observedGeneration"}) <
      number_at(set, {"metadata", "generation"})) {
    step.waits = "the set's controller has not seen its change yet";
    return step;
  }
  std::int64_t highest_old = -1;
  for (const Shared& pod : pods) {
    if (std::string why = not_settled(*pod); !why.empty()) {
      step.waits = std::move(why);
    }
    if (text_at(*pod, {"metadata", "labels", kRevision}) != update) {
      highest_old = std::max(highest_old, ordinal_of(set, *pod).value_or(-1));
    }
  }
  if (static_cast<std::int64_t>(pods.size()) != number_at(set, {"spec", "replicas"})) {
    step.waits = "not all pods are there";
  }
  if (highest_old >= partition) {
    step.waits = fmt::format("{}-{} has still to go", name_of(set), highest_old);
  } else if (step.waits.empty()) {
    step.waits = precheck;
  }
  if (step.waits.empty()) {
    step.partition = std::max<std::int64_t>(highest_old, 0);
  }
  return step;
}

}  // namespace cfkops::sandbox
