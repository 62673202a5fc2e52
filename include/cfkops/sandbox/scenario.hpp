#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/sandbox/faults.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// Nodes that are alike.
struct NodeGroup {
  std::string prefix = "node";  ///< "node" gives node-1, node-2, …
  int count = 3;
  std::vector<std::string> zones = {};  ///< dealt out in turn; empty: zone-1, zone-2, … by number
  std::string cpu = "8";                ///< quantities
  std::string memory = "32Gi";
  int pods = 110;
};

/// A topic, or several alike, and the traffic that producers with acks=all send to it.
struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replicas = 3;
  int min_isr = 2;
  double records_per_second = 0;  ///< over all partitions
  int record_bytes = 1000;
  std::uint64_t stored_bytes = 0;  ///< in each partition at the start
};

/// How a simulated Kafka cluster is laid out and behaves. The figures are those of a small real one
/// (docs/lab.md).
struct KafkaSpec {
  enum class Layout {
    Cfk,    ///< StatefulSets as Confluent's operator makes them: type labels, a budget each
    Plain,  ///< StatefulSets with containers named kafka, a budget each
  };

  std::string ns = "confluent";
  std::string name = "kafka";                        ///< of the brokers' StatefulSet
  std::string controllers_name = "kraftcontroller";  ///< of the controllers' one
  std::string version = "4.3.0";
  Layout layout = Layout::Cfk;
  /// Confluent's operator is there, with the resources that describe the cluster; only for the
  /// layout Cfk with controllers of their own.
  bool has_operator = true;
  int brokers = 3;
  int controllers = 3;
  bool combined = false;  ///< the brokers are the controllers, and there are no others
  std::vector<std::string> racks = {};  ///< zones of the brokers in turn; empty: as scheduled
  std::vector<TopicSpec> topics = {};
  Duration start_container = std::chrono::milliseconds(900);  ///< scheduling to the process's begin
  Duration start_process = std::chrono::milliseconds(3000);   ///< its begin to registration
  Duration become_ready = std::chrono::milliseconds(500);     ///< BrokerState 3 to pod Ready
  Duration shut_down = std::chrono::milliseconds(1500);       ///< a controlled one, at least
  Duration heartbeat = std::chrono::seconds(2);
  Duration session = std::chrono::seconds(9);
  Duration replica_lag_time = std::chrono::seconds(30);
  double catch_up_bytes_per_second = 50e6;  ///< that one broker sends to replicas not in sync
  std::uint64_t disk_bytes = 0;             ///< of each broker's volume; 0: no limit
};

/// How a simulated cluster begins: what a file of kind Scenario says (docs/sandbox.md).
struct Scenario {
  std::string name;
  std::string summary;
  std::uint64_t seed = 1;
  WallTime start = {};  ///< epoch where the file does not say
  Duration latency = std::chrono::milliseconds(2);
  std::vector<NodeGroup> nodes = {NodeGroup{}};
  std::vector<KafkaSpec> kafka = {};
  /// More objects, an array; with uid and status where a snapshot of a real cluster gave them.
  std::shared_ptr<const nlohmann::json> objects = {};
  std::vector<Fault> faults = {};
};

/// Reads a scenario. `file` only names positions. Errors: InvalidInput with line and column, all
/// that were found, each with a remedy.
[[nodiscard]] tl::expected<Scenario, std::vector<Error>> load_scenario(std::string_view text,
                                                                       const std::string& file);

/// One that comes with the program.
struct BuiltinScenario {
  std::string_view name;
  std::string_view text;
};

/// By name.
[[nodiscard]] std::vector<BuiltinScenario> builtin_scenarios();

/// A built-in one by its name, or a file by its path (it has a '/' or ends in .yaml, .yml or
/// .json). Errors: as above; an unknown name lists those there are.
[[nodiscard]] tl::expected<Scenario, std::vector<Error>> find_scenario(const std::string& name);

}  // namespace cfkops::sandbox
