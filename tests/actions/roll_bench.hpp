#pragma once

#include "action_fixture.hpp"
#include "kafka_server.hpp"
#include "kinds.hpp"
#include "support/scripted_leases.hpp"

#include <utility>

namespace cfkops::test {

/// `kafka.roll` on a simulated cluster.
struct RollBench : ActionBench {
  /// The Lease that the mark of a roll lies in.
  static constexpr const char* kMark = "confluent/cfkops.roll.kafka";

  explicit RollBench(KafkaHabits habits = {})
      : server(transport, std::move(habits)),
        leases(transport) {
    context.run_id = "run-1";
    context.who = "ana@desk";
  }

  static runbook::ValueMap target() {
    return {{"kind", "StatefulSet"},
            {"namespace", "confluent"},
            {"name", "kafka"},
            {"uid", "kafka-set-uid"}};
  }

  static runbook::ValueMap quickly(const runbook::ValueMap& more = {}) {
    runbook::ValueMap given{{"target", target()}, {"settle", Duration(0)}};
    for (const auto& [name, value] : more) {
      given[name] = value;
    }
    return given;
  }

  engine::Outcome roll(const runbook::ValueMap& more = {}) {
    engine::Outcome outcome = apply(actions::kafka_roll(), quickly(more));
    server.model().run_to(transport.clock().passed());
    return outcome;
  }

  [[nodiscard]] KafkaModel& model() { return server.model(); }

  /// What the mark says; "" where there is none.
  [[nodiscard]] std::string mark() const { return leases.annotation(kMark, "cfkops.dev/roll"); }

  KafkaServer server;
  ScriptedLeases leases;
};

}  // namespace cfkops::test
