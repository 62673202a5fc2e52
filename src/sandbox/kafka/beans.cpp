#include "kafka/beans.hpp"

#include "value.hpp"

#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kServer = "kafka.server";

std::int64_t millis(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

int count_if(bool holds) {
  return holds ? 1 : 0;
}

/// What the partitions that a broker hosts come to.
struct Hosted {
  int hosted = 0;
  int leaders = 0;
  int under_replicated = 0;
  int under_min = 0;
  int at_min = 0;
};

Hosted hosted_by(const KafkaModel& model, const KafkaNode& node) {
  Hosted sum;
  if (node.phase != KafkaPhase::Running) {
    return sum;
  }
  for (const std::size_t index : model.hosted(node.id)) {
    const KafkaPartition& partition = model.partitions()[index];
    ++sum.hosted;
    if (partition.leader == node.id) {
      const int in_sync = static_cast<int>(partition.in_sync.size());
      ++sum.leaders;
      sum.under_replicated += count_if(partition.in_sync.size() < partition.replicas.size());
      sum.under_min += count_if(in_sync < partition.min_isr);
      sum.at_min += count_if(in_sync == partition.min_isr);
    }
  }
  return sum;
}

/// A broker that has ever registered stays known, fenced, when its session has ended.
bool is_known_and_fenced(const KafkaNode& node) {
  const bool begins = node.phase == KafkaPhase::Starting || node.phase == KafkaPhase::Refused;
  const bool known =
      node.registered || node.restarts > 0 || (node.started != WallTime() && !begins);
  return node.broker && node.fenced && known;
}

/// Shows the beans of one process.
class Beans {
 public:
  Beans(const KafkaModel& model,
        const KafkaNode& node,
        const BeanName& asked,
        const BeanVisitor& visit)
      : model_(model),
        node_(node),
        asked_(asked),
        visit_(visit) {}

  void show() {
    show_java();
    // The agent answers before there is anything of Kafka.
    const Duration age = model_.wall() - node_.started;
    const bool is_young =
        node_.phase == KafkaPhase::Starting && age < model_.spec().start_process / 3;
    if (is_young) {
      return;
    }
    if (asked_.matches_domain(kServer)) {
      show_server();
    }
    if (node_.phase == KafkaPhase::Starting) {
      return;
    }
    if (asked_.matches_domain("kafka.controller") && node_.controller) {
      show_controller();
    }
    if (asked_.matches_domain("kafka.cluster") && node_.phase == KafkaPhase::Running) {
      show_partitions();
    }
    if (asked_.matches_domain("kafka.log")) {
      show_logs();
    }
  }

 private:
  void show_java() {
    const std::array<BeanProperty, 1> runtime = {{{"type", "Runtime"}}};
    if (asked_.matches("java.lang", runtime)) {
      const std::array<BeanValue, 3> values = {
          {{"Name", json_text("1@" + node_.pod)},
           {"StartTime", std::to_string(millis(node_.started.time_since_epoch()))},
           {"Uptime", std::to_string(millis(model_.wall() - node_.started))}}};
      visit_(canonical_name("java.lang", runtime), values);
    }
  }

  /// A bean with a type and a name; `value` is asked where it matches.
  template <typename Make>
  void gauge(std::string_view domain, std::string_view type, std::string_view name, Make make) {
    const std::array<BeanProperty, 2> properties = {{{"name", name}, {"type", type}}};
    if (asked_.matches(domain, properties)) {
      const std::array<BeanValue, 1> values = {{{"Value", make()}}};
      visit_(canonical_name(domain, properties), values);
    }
  }

  void number(std::string_view domain,
              std::string_view type,
              std::string_view name,
              std::int64_t value) {
    gauge(domain, type, name, [value] { return std::to_string(value); });
  }

  void show_server() {
    const auto cluster = [this] { return json_text(model_.cluster_id()); };
    if (node_.broker) {
      gauge(kServer, "KafkaServer", "BrokerState", [this] { return broker_state(); });
      gauge(kServer, "KafkaServer", "ClusterId", cluster);
    }
    if (node_.controller) {
      gauge(kServer, "ControllerServer", "ClusterId", cluster);
    }
    show_app_info();
    if (node_.phase == KafkaPhase::Starting) {
      return;
    }
    number(
        kServer, "MetadataLoader", "CurrentControllerId", model_.active_controller().value_or(-1));
    if (node_.broker && asked_.accepts("type", "ReplicaManager")) {
      show_replica_manager();
    }
    show_raft();
  }

  [[nodiscard]] std::string broker_state() const {
    switch (node_.phase) {
      case KafkaPhase::Running:
        return "3";
      case KafkaPhase::Refused:
      case KafkaPhase::CatchingUp:
        return "1";
      default:
        return "0";
    }
  }

  void show_app_info() {
    const std::string id = std::to_string(node_.id);
    const std::array<BeanProperty, 2> properties = {{{"id", id}, {"type", "app-info"}}};
    if (asked_.matches(kServer, properties)) {
      const std::array<BeanValue, 2> values = {
          {{"StartTimeMs", std::to_string(millis(node_.started.time_since_epoch()))},
           {"Version", json_text(model_.spec().version)}}};
      visit_(canonical_name(kServer, properties), values);
    }
  }

  void show_replica_manager() {
    const Hosted sum = hosted_by(model_, node_);
    const auto show = [this](std::string_view name, int value) {
      number(kServer, "ReplicaManager", name, value);
    };
    show("AtMinIsrPartitionCount", sum.at_min);
    show("LeaderCount", sum.leaders);
    show("OfflineReplicaCount", 0);
    show("PartitionCount", sum.hosted);
    show("ReassigningPartitions", 0);
    show("UnderMinIsrPartitionCount", sum.under_min);
    show("UnderReplicatedPartitions", sum.under_replicated);
  }

  [[nodiscard]] std::string_view raft_state() const {
    const auto active = model_.active_controller();
    if (!active) {
      return "unattached";
    }
    if (*active == node_.id) {
      return "leader";
    }
    return node_.controller ? "follower" : "observer";
  }

  void show_raft() {
    const std::array<BeanProperty, 1> properties = {{{"type", "raft-metrics"}}};
    if (!asked_.matches(kServer, properties)) {
      return;
    }
    const auto voters = std::ranges::count_if(
        model_.nodes(), [](const auto& node) { return node.second.controller; });
    const std::string epoch = std::to_string(model_.epoch());
    const std::string end = std::to_string(model_.metadata_end(node_.id));
    const std::array<BeanValue, 7> values = {
        {{"current-epoch", epoch},
         {"current-leader", std::to_string(model_.active_controller().value_or(-1))},
         {"current-state", json_text(raft_state())},
         {"high-watermark", end},
         {"log-end-epoch", epoch},
         {"log-end-offset", end},
         {"number-of-voters", std::to_string(voters)}}};
    visit_(canonical_name(kServer, properties), values);
  }

  void show_controller() {
    const auto show = [this](std::string_view name, std::int64_t value) {
      number("kafka.controller", "KafkaController", name, value);
    };
    int active = 0;
    int fenced = 0;
    for (const auto& [id, node] : model_.nodes()) {
      active += count_if(node.broker && node.registered && !node.fenced);
      fenced += count_if(is_known_and_fenced(node));
    }
    int offline = 0;
    int imbalanced = 0;
    std::set<std::string_view> topics;
    for (const KafkaPartition& partition : model_.partitions()) {
      offline += count_if(partition.leader < 0);
      imbalanced += count_if(partition.leader != partition.replicas.front());
      topics.insert(partition.topic);
    }
    const std::int64_t end = model_.metadata_end(node_.id);
    show("ActiveBrokerCount", active);
    show("ActiveControllerCount", count_if(model_.active_controller() == node_.id));
    show("FencedBrokerCount", fenced);
    show("GlobalPartitionCount", static_cast<std::int64_t>(model_.partitions().size()));
    show("GlobalTopicCount", static_cast<std::int64_t>(topics.size()));
    show("LastAppliedRecordLagMs", 0);
    show("LastAppliedRecordOffset", std::max<std::int64_t>(end - 1, 0));
    show("LastCommittedRecordOffset", std::max<std::int64_t>(end - 1, 0));
    show("MetadataErrorCount", 0);
    show("OfflinePartitionsCount", offline);
    show("PreferredReplicaImbalanceCount", imbalanced);
  }

  /// A bean of a partition.
  void of_partition(std::string_view domain,
                    std::string_view type,
                    std::string_view name,
                    const KafkaPartition& partition,
                    std::int64_t value) {
    const std::string number = std::to_string(partition.number);
    const std::array<BeanProperty, 4> properties = {
        {{"name", name}, {"partition", number}, {"topic", partition.topic}, {"type", type}}};
    if (asked_.matches(domain, properties)) {
      const std::array<BeanValue, 1> values = {{{"Value", std::to_string(value)}}};
      put_canonical_name(name_, domain, properties);
      visit_(name_, values);
    }
  }

  /// Only the leader knows; all others say 0.
  void show_partitions() {
    constexpr std::array<std::string_view, 6> kNames = {"AtMinIsr",
                                                        "InSyncReplicasCount",
                                                        "LastStableOffsetLag",
                                                        "ReplicasCount",
                                                        "UnderMinIsr",
                                                        "UnderReplicated"};
    std::vector<std::size_t> wanted;
    for (std::size_t name = 0; name < kNames.size(); ++name) {
      if (asked_.accepts("name", kNames.at(name))) {
        wanted.push_back(name);
      }
    }
    if (wanted.empty() || !asked_.accepts("type", "Partition")) {
      return;
    }
    if (!asked_.matches_domain("kafka.cluster")) {
      return;
    }
    for (const std::size_t index : model_.hosted(node_.id)) {
      const KafkaPartition& partition = model_.partitions()[index];
      const int in_sync = static_cast<int>(partition.in_sync.size());
      const int replicas = static_cast<int>(partition.replicas.size());
      const std::array<int, 6> values = {count_if(in_sync == partition.min_isr),
                                         in_sync,
                                         0,
                                         replicas,
                                         count_if(in_sync < partition.min_isr),
                                         count_if(in_sync < replicas)};
      for (const std::size_t name : wanted) {
        const int value = partition.leader == node_.id ? values.at(name) : 0;
        of_partition("kafka.cluster", "Partition", kNames.at(name), partition, value);
      }
    }
  }

  void show_logs() {
    if (node_.broker) {
      number("kafka.log", "LogManager", "CordonedLogDirectoryCount", 0);
      number("kafka.log", "LogManager", "OfflineLogDirectoryCount", 0);
    }
    if (!asked_.accepts("type", "Log")) {
      return;
    }
    show_log({.topic = "__cluster_metadata"}, model_.metadata_end(node_.id));
    for (const std::size_t index : model_.hosted(node_.id)) {
      const KafkaPartition& partition = model_.partitions()[index];
      show_log(partition, model_.log_end(partition, node_.id));
    }
  }

  void show_log(const KafkaPartition& partition, std::int64_t end) {
    of_partition("kafka.log", "Log", "LogEndOffset", partition, end);
    of_partition("kafka.log", "Log", "LogStartOffset", partition, 0);
  }

  const KafkaModel& model_;
  const KafkaNode& node_;
  const BeanName& asked_;
  const BeanVisitor& visit_;
  std::string name_;  ///< of the bean that is shown
};

}  // namespace

std::string json_text(std::string_view text) {
  std::string json;
  append_json_text(json, text);
  return json;
}

void append_json_text(std::string& to, std::string_view text) {
  const bool is_plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (is_plain) {
    to.append(1, '"').append(text).append(1, '"');
    return;
  }
  to += Value(std::string(text)).dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string partition_state(const KafkaModel& model, const KafkaNode& node) {
  std::string state;
  if (node.phase != KafkaPhase::Running) {
    return state;
  }
  const auto put = [&state](std::size_t number) {
    const auto bytes = std::bit_cast<std::array<char, sizeof number>>(number);
    state.append(bytes.data(), bytes.size());
  };
  for (const std::size_t index : model.hosted(node.id)) {
    const KafkaPartition& partition = model.partitions()[index];
    put(index);
    put(partition.leader == node.id ? 1 : 0);
    put(partition.in_sync.size());
    put(static_cast<std::size_t>(partition.min_isr));
    put(partition.replicas.size());
  }
  return state;
}

void visit_beans(const KafkaModel& model,
                 const KafkaNode& node,
                 const BeanName& asked,
                 const BeanVisitor& visit) {
  Beans(model, node, asked, visit).show();
}

}  // namespace cfkops::sandbox
