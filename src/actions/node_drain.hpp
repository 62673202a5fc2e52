#pragma once

#include "drain_kafka.hpp"
#include "drain_pods.hpp"
#include "eviction_wave.hpp"
#include "kafka_return.hpp"
#include "kafka_roll.hpp"
#include "went_pods.hpp"

#include "cfkops/engine/action.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/placement/disruption.hpp"
#include "cfkops/placement/placement.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cfkops::actions {

/// What `node.drain` was asked for, and what there is to do.
struct DrainRequest {
  kube::Object node = {};
  DrainOptions options = {};
  ReturnOptions wait = {};  ///< for a Kafka process to be back
  std::set<std::string> waived_topics = {};
  std::vector<DrainPod> pods = {};  ///< of the node, with those that stay
  KafkaOnNode kafka = {};
  std::map<std::string, std::string> earlier = {};  ///< evicted before the run was resumed: uids

  /// Those of a wave that go or are going.
  [[nodiscard]] std::vector<DrainPod> wave(Wave wanted) const;

  /// The roll that moves this share of a Kafka.
  [[nodiscard]] RollRequest roll_of(const KafkaShare& share) const;
};

/// Where the pods of the node would fit.
struct DrainFits {
  placement::Forecast forecast = {};
  std::map<std::string, std::string> local =
      {};                  ///< volumes that cannot move, by "namespace/claim"
  std::string blind = {};  ///< why none of it can be told

  /// Nullptr where nothing is known of that pod.
  [[nodiscard]] const placement::Placement* of(const DrainPod& one) const;
};

/// Errors: those of reading; NotFound where there is no such node.
[[nodiscard]] Result<DrainRequest> read_drain_request(const engine::Context& context,
                                                      kube::Reader& reader,
                                                      const engine::Arguments& arguments);

/// Why it may not begin, where no waiting heals it, a sentence each: pods that may not go, budgets
/// that can never let one go, pods of two budgets, Kafka that cannot be told, fits nowhere else, or
/// that another run has begun to restart.
/// Pure.
[[nodiscard]] std::vector<std::string> refusals_of(const DrainRequest& request,
                                                   const placement::Disruption& budgets,
                                                   const DrainFits& fits);

/// Of which Kafka processes that go it cannot be told whether they fit elsewhere, a sentence each:
/// one that is stopped must come back, so that unknown is as good as no. Pure.
[[nodiscard]] std::vector<std::string> doubts_of(const DrainRequest& request,
                                                 const DrainFits& fits);

/// What all budgets together say of the pods that go, taken one at a time. Errors: those of
/// reading.
[[nodiscard]] Result<placement::Disruption> read_disruption(kube::Reader& reader,
                                                            const DrainRequest& request);

/// Where the pods would fit, if that can be read. Errors: Cancelled.
[[nodiscard]] Result<DrainFits> read_fits(kube::Reader& reader, const DrainRequest& request);

/// What a drain would do now. Errors: those of reading.
[[nodiscard]] Result<engine::StepPlan> plan_drain(const engine::Context& context,
                                                  kube::Reader& reader,
                                                  const DrainRequest& request);

/// One execution of `node.drain`. Borrows all it is given.
class Drain {
 public:
  Drain(const engine::Context& context, kube::Client& client, const DrainRequest& request);

  [[nodiscard]] engine::Outcome run();

 private:
  std::optional<engine::Outcome> begin();
  std::optional<engine::Outcome> judge();
  std::optional<engine::Outcome> look_at_node();
  std::optional<engine::Outcome> await_back();
  std::optional<engine::Outcome> move_kafka();
  std::optional<engine::Outcome> look_at_rest();
  [[nodiscard]] engine::Outcome finish(engine::Outcome outcome) const;
  void tell_how_far(engine::Outcome& outcome) const;
  [[nodiscard]] std::size_t kafka_in_all() const;
  [[nodiscard]] std::vector<WentPod> went() const;

  const engine::Context& context_;
  kube::Client& client_;
  const DrainRequest& request_;
  EvictionWave wave_;
  runbook::ValueList moved_;      ///< Kafka processes
  std::vector<WentPod> earlier_;  ///< that an earlier process of the run has evicted, but for Kafka
};

}  // namespace cfkops::actions
