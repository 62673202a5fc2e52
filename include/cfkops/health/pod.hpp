#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/placement/selectors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::health {

/// A container of a pod, as far as checks ask.
struct Container {
  std::string name = {};
  std::string image = {};
  std::string image_id = {};
  bool init = false;  ///< one that ends before the others start
  std::int64_t restarts = 0;
  std::string waiting = {};  ///< reason, "" while it does not wait
  std::string waiting_message = {};
  std::string last_reason = {};  ///< why its last life ended
  std::int64_t last_exit = 0;
  std::string last_finished = {};  ///< RFC 3339, "" where it had no life before
  bool has_readiness = false;
  std::int64_t readiness_timeout =
      0;  ///< seconds, of a probe that waits for an answer; 0 of one that only connects
};

/// A pod, as far as checks ask: small, since there are many.
struct Pod {
  std::string ns = {};
  std::string name = {};
  std::string node = {};
  std::string phase = {};
  std::string reason = {};  ///< "Evicted"
  std::string quality = {};
  std::string created = {};
  std::string deleted = {};  ///< since when it should be gone, its grace included
  std::string owner_kind = {};
  std::string owner_name = {};
  std::string revision = {};   ///< controller-revision-hash or pod-template-hash
  std::string scheduled = {};  ///< status of the condition PodScheduled
  std::string unscheduled_reason = {};
  std::string unscheduled_why = {};
  std::string ready = {};
  std::string ready_since = {};
  std::string ready_why = {};
  std::string kafka_role = {};  ///< "kafka", "kraftcontroller", or ""
  bool confluent = false;       ///< has a type label of Confluent's operator
  std::int64_t cpu_nanos = 0;   ///< requested
  std::int64_t memory = 0;      ///< ditto, bytes
  std::vector<std::string> finalizers = {};
  std::vector<std::string> claims = {};
  std::vector<std::string> tolerated =
      {};  ///< keys of the taints that it names, but for Kubernetes' own
  placement::Labels labels = {};
  std::vector<Container> containers = {};

  /// "pod confluent/kafka-0"
  [[nodiscard]] std::string text() const { return "pod " + ns + "/" + name; }

  /// It has ended, and holds nothing any more.
  [[nodiscard]] bool ended() const { return phase == "Succeeded" || phase == "Failed"; }

  /// It runs with a volume of its own, and is Kafka's or another of Confluent's.
  [[nodiscard]] bool has_kafka_volume() const {
    return (confluent || !kafka_role.empty()) && !claims.empty() && phase == "Running" &&
           !node.empty();
  }
};

/// Reads a pod as the API gives it; what is missing is left empty.
[[nodiscard]] Pod read_pod(const Json& object);

}  // namespace cfkops::health
