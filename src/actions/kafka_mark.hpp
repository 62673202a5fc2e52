#pragma once

#include "kafka_cluster.hpp"
#include "kafka_roll_order.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::actions {

/// What a roll leaves in the cluster from before its first eviction until all are restarted: by it
/// a run that has no log of the roll tells which processes were restarted.
struct RollMark {
  std::string run;      ///< that had the roll in hand last
  std::string who;      ///< "ana@desk"
  WallTime begun = {};  ///< the roll, by the clock of who began it
  RollRoles roles = RollRoles::Brokers;
  std::map<std::string, std::string> pods = {};  ///< the uid of each before the roll; "" for none

  friend bool operator==(const RollMark&, const RollMark&) = default;
};

/// The Lease that a mark lies in, as it was read.
struct FoundMark {
  std::string uid;
  std::string resource_version;
  std::optional<RollMark> mark = {};
  std::string unreadable = {};  ///< why there is none in it
};

/// The name of the Lease, in the namespace of the Kafka. No lock can have it: the names of locks
/// begin with "cfkops-".
[[nodiscard]] std::string mark_name(const KafkaCluster& cluster);

/// "lease confluent/cfkops.roll.kafka"
[[nodiscard]] std::string mark_text(const KafkaCluster& cluster);

/// "brokers", "controllers" or "all", as the argument `roles` has it.
[[nodiscard]] std::string to_string(RollRoles roles);

/// What `to_string` made; nothing for other texts.
[[nodiscard]] std::optional<RollRoles> roles_of(const std::string& text);

/// The pods that a roll of these roles is about, whether they are there or not.
[[nodiscard]] std::vector<std::string> pods_of(const KafkaCluster& cluster, RollRoles roles);

/// A Lease with this mark. Nobody holds it.
[[nodiscard]] Json mark_lease(const KafkaCluster& cluster, const RollMark& mark);

/// The merge patch that puts this mark in the place of the one that is there.
[[nodiscard]] Json mark_patch(const RollMark& mark);

/// Takes one apart. What is no mark is said so, and is no error.
[[nodiscard]] FoundMark find_mark(const kube::Object& lease);

/// An error of the server that refused a request about a mark, with what a roll must be allowed to.
[[nodiscard]] Error mark_not_allowed(Error error, const KafkaCluster& cluster);

/// The mark of that Kafka; nothing where there is none. Errors: those of reading.
[[nodiscard]] Result<std::optional<FoundMark>> read_mark(kube::Reader& reader,
                                                         const KafkaCluster& cluster);

}  // namespace cfkops::actions
