#pragma once

#include "api/api_server.hpp"
#include "controllers/controller.hpp"
#include "kafka/model.hpp"
#include "kind_table.hpp"
#include "programs.hpp"
#include "random.hpp"
#include "registry.hpp"
#include "store.hpp"
#include "timeline.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

/// All that is behind the API server of a simulated cluster, and the server itself. One thread.
class World {
 public:
  /// An API server with its controllers and nothing in it. `start` is what the calendar says after
  /// one of the two following.
  World(std::uint64_t seed, WallTime start, Duration growing);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() = default;

  /// Three nodes and what a new cluster has.
  void begin_empty();

  /// What a scenario says, grown up. Errors: InvalidInput for an object that is refused.
  [[nodiscard]] Status begin(const Scenario& scenario);

  [[nodiscard]] Timeline& timeline() { return timeline_; }

  [[nodiscard]] Registry& registry() { return registry_; }

  [[nodiscard]] const Registry& registry() const { return registry_; }

  [[nodiscard]] ApiServer& api() { return api_; }

  [[nodiscard]] const std::vector<std::shared_ptr<KafkaModel>>& kafka() const { return kafka_; }

  /// "confluent/kafka-1 (CrashLoopBackOff)": pods that should be ready and are not.
  [[nodiscard]] std::vector<std::string> unready_pods() const;

 private:
  void make_controllers();
  void add_kafka(const KafkaSpec& spec);
  void grow();
  void forget_old(std::uint64_t revision);

  Duration growing_;
  Timeline timeline_;
  Random random_;
  Store store_;
  KindTable kinds_;
  Registry registry_;
  Programs programs_;
  ApiServer api_;
  std::vector<std::unique_ptr<Controller>> controllers_;
  std::vector<std::shared_ptr<KafkaModel>> kafka_;
  std::deque<std::pair<MonoTime, std::uint64_t>> marks_;  ///< the store's revision at moments
};

}  // namespace cfkops::sandbox
