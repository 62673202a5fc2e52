#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/sandbox/cluster.hpp"
#include "cfkops/sandbox/kafka_report.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cfkops::rehearse {

/// A pod that a run took away, or may have.
struct Removal {
  enum class Outcome { Unknown, Accepted, Refused };

  std::string ns;
  std::string pod;
  std::string uid;  ///< the precondition, "" where there was none
  bool evicted = false;
  std::string step;
  int attempt = 0;
  Duration at = {};                      ///< since the run's start
  std::uint64_t request = 0;             ///< its number
  std::string kafka;                     ///< whose broker it is, "" for another pod
  std::vector<std::string> others_down;  ///< brokers of that Kafka as it was sent, with the reason
  int under_replicated = 0;              ///< partitions of that Kafka as it was sent
  Outcome outcome = Outcome::Unknown;
};

/// How things stand at one moment.
struct Standing {
  std::vector<sandbox::KafkaReport> kafka;
  std::vector<std::string> unready;  ///< pods, with the reason
};

/// What is known of a run beside its own report.
struct Evidence {
  Standing before;
  Standing after;
  std::vector<Removal> removals;
  std::vector<sandbox::Cluster::Happened> happened;
  std::uint64_t changes = 0;  ///< mutations that the server accepted
  Duration ended = {};        ///< since the start
  Duration limit = {};        ///< of a run
  bool limit_reached = false;
  std::size_t validations = 0;  ///< checks of the validation that were made
  std::size_t validated = 0;    ///< and passed
};

}  // namespace cfkops::rehearse
