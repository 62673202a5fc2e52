#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/health/pod.hpp"
#include "cfkops/kafka/state.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::health {

/// What is read of a cluster, each in one request or a few, and each of its own fate.
enum class Part : std::uint8_t {
  Nodes,
  Pods,
  Events,  ///< of type Warning
  Volumes,
  ReadyChecks,  ///< /readyz?verbose
  LiveChecks,   ///< /livez?verbose
  SystemLeases,
  NodeLeases,
  Version,
  Latency,
  Namespaces,
  Claims,
  Classes,
  Attachments,
  StatefulSets,
  Deployments,
  DaemonSets,
  Budgets,
  Quotas,
  Services,
  EndpointSlices,
  ApiServices,
  Mutating,
  Validating,
  Definitions,
  SigningRequests,
  TlsSecrets,
  Components,    ///< of Confluent: Kafka, KRaftController, Connect and their like
  Applications,  ///< what runs on them: KafkaTopic, Connector, Schema and their like
  NamedSecrets,  ///< whether the secrets are there that components name
  Rest,          ///< what Connect, Schema Registry and ksqlDB say by HTTP
  Topics,        ///< the replicas of Kafka's partitions
  LimitRanges,
  NetworkPolicies,
  FlowControl,  ///< /debug/api_priority_and_fairness/dump_priority_levels
  Kubelets,     ///< statistics of those on whose nodes volumes of Kafka are
  Kafka,
};

constexpr std::size_t kParts = static_cast<std::size_t>(Part::Kafka) + 1;

/// How a part is called in messages: "persistent volumes".
[[nodiscard]] std::string_view to_string(Part part);

/// What became of reading one part.
struct Source {
  enum class State {
    NotAsked,   ///< the profile has no use for it
    Read,       ///< all of it
    NotServed,  ///< the server has no such resource, and so nothing of it
    Unknown,    ///< it may not be read, or did not come
  };

  State state = State::NotAsked;
  std::optional<Error> error = {};  ///< of Unknown
  WallTime at = {};                 ///< when, by the server's clock
  std::size_t seen = 0;             ///< how many there are, also where only some are kept
};

/// Warnings of one kind about one object, as the server's table of events tells them.
struct EventLine {
  std::string reason = {};
  std::string object = {};  ///< "pod/kafka-0"
  std::string message = {};
  std::optional<Duration> age = {};  ///< of the newest
  std::int64_t count = 1;
};

/// How the partitions of a topic stand, by their leaders.
struct TopicState {
  std::string name = {};
  std::int64_t partitions = 0;
  std::int64_t fewest_replicas = 0;  ///< of a partition
  std::int64_t no_margin = 0;  ///< partitions that lack replicas in sync, and may lose no more
  std::int64_t no_room = 0;    ///< partitions that may lose none though all are in sync
};

/// A file system as a kubelet counts it.
struct FileSystem {
  std::string ns = {};
  std::string claim = {};  ///< of a volume; "": it is the node's own
  std::string field = {};  ///< where it stands: "node.fs"
  double capacity = 0;     ///< bytes, as below
  double available = 0;

  /// How much of it is used, from 0 to 1.
  [[nodiscard]] double fill() const { return capacity > 0 ? 1 - available / capacity : 0; }
};

/// What the kubelet of a node says of its disks and of volumes.
struct KubeletStats {
  std::string node = {};
  std::string silence = {};  ///< why it says nothing, or ""
  std::vector<FileSystem> disks = {};
};

/// A Kafka cluster and what its processes say.
struct KafkaState {
  std::string ns = {};
  std::string name = {};
  std::size_t brokers = 0;  ///< that there should be
  kafka::ClusterGauges gauges = {};
  std::vector<TopicState> topics = {};
  std::vector<std::string> topics_unknown = {};  ///< which brokers tell nothing of theirs, and why
};

/// What a pod of Confluent's components answers to a GET.
struct RestAnswer {
  std::string ns = {};
  std::string pod = {};
  std::string set = {};   ///< that owns the pod
  std::string type = {};  ///< "connect", "schemaregistry" or "ksqldb"
  std::string path = {};  ///< "health"
  std::optional<Json> body = {};
  int status = 0;            ///< of HTTP, 0 where nothing came
  std::string silence = {};  ///< why there is no body
};

/// What is known of a cluster at one moment: what checks judge. Objects are as the API gives them,
/// without what no check asks for.
struct Snapshot {
  std::string ns = {};  ///< of what has a namespace only that one was read; "": all
  WallTime now = {};    ///< by the server's clock, or by ours where it told none
  bool by_server_clock = false;
  std::array<Source, kParts> sources = {};
  std::array<std::vector<Json>, kParts> objects = {};
  std::vector<Pod> pods = {};  ///< in the profile `sop` those that look unwell
  std::vector<EventLine> events = {};
  std::string ready_checks = {};  ///< what /readyz?verbose says
  std::string live_checks = {};
  std::string version = {};              ///< "v1.34.4"
  std::vector<Duration> latencies = {};  ///< of small reads, one after the other
  std::string flow_control = {};         ///< at the beginning
  std::string flow_control_after = {};   ///< when all else was read
  std::vector<KubeletStats> kubelets = {};
  std::vector<KafkaState> kafka = {};
  std::vector<RestAnswer> rest = {};
  std::map<std::pair<std::string, std::string>, bool> named_secrets =
      {};  ///< by namespace and name: it is there

  [[nodiscard]] const Source& source(Part part) const {
    return sources[static_cast<std::size_t>(part)];
  }

  [[nodiscard]] Source& source(Part part) { return sources[static_cast<std::size_t>(part)]; }

  /// The objects of a part; those of Pods and Events stand in `pods` and `events`.
  [[nodiscard]] const std::vector<Json>& of(Part part) const {
    return objects[static_cast<std::size_t>(part)];
  }

  [[nodiscard]] std::vector<Json>& of(Part part) { return objects[static_cast<std::size_t>(part)]; }

  /// How long ago that was; nothing where the text is no time.
  [[nodiscard]] std::optional<Duration> since(const std::string& rfc3339) const;

  /// How long before that part was read; ditto.
  [[nodiscard]] std::optional<Duration> since(const std::string& rfc3339, Part part) const;
};

}  // namespace cfkops::health
