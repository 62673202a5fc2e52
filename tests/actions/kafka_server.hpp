#pragma once

#include "kafka_model.hpp"
#include "support/scripted_transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// The API server in front of a `KafkaModel`: pods, StatefulSets, evictions under a budget of one
/// broker, logs, and Jolokia through the pod proxy. Registers itself as the transport's last rules.
class KafkaServer {
 public:
  struct Evicted {
    std::string pod;
    Duration at;
    bool was_full;     ///< all in sync and running just before
    bool was_in_sync;  ///< all in sync just before
  };

  KafkaServer(ScriptedTransport& transport, KafkaHabits habits);
  KafkaServer(const KafkaServer&) = delete;
  KafkaServer& operator=(const KafkaServer&) = delete;

  [[nodiscard]] KafkaModel& model() { return model_; }

  [[nodiscard]] const std::vector<Evicted>& evicted() const { return evicted_; }

  /// The budget allows no eviction before that moment.
  void hold_budget_until(Duration moment) { budget_from_ = moment; }

  /// Two budgets select the brokers.
  void double_the_budget() { two_budgets_ = true; }

  /// How long a list of pods takes.
  void delay_pods(Duration delay) { list_delay_ = delay; }

  /// Seconds that the budget's refusal asks to wait.
  void ask_for_patience(std::int64_t seconds) { retry_after_ = seconds; }

  void forbid(const std::string& part_of_target) { forbidden_.push_back(part_of_target); }

  void allow_all() { forbidden_.clear(); }

  /// Changes what a StatefulSet says, by a merge patch; "{}" takes it back.
  void patch_set(const std::string& name, const std::string& patch) { set_patches_[name] = patch; }

  /// The controllers beside the brokers are those of another cluster.
  void move_controllers() { other_cluster_ = true; }

  /// The process of that pod lacks the gauges of a controller.
  void hide_controller(const std::string& pod) { without_controller_.insert(pod); }

  /// The process of that pod lacks the gauges of partitions.
  void hide_partitions(const std::string& pod) { without_partitions_.insert(pod); }

  /// That pod does not tell of "orders-<number>", which it hosts.
  void hide_partition(const std::string& pod, int number) { hidden_.emplace(pod, number); }

  /// What the process of that pod says its version is.
  void say_version(const std::string& pod, const std::string& version) { versions_[pod] = version; }

  [[nodiscard]] std::vector<std::string> evicted_pods() const;

 private:
  Answer answer(const kube::Request& request);
  Answer get(const std::string& path, const std::string& query);
  Answer evict(const std::string& pod, const kube::Request& request, bool dry_run);
  Answer jolokia(const std::string& pod, const std::string& mbean);
  [[nodiscard]] nlohmann::json pod_json(const KafkaProcess& process) const;
  [[nodiscard]] nlohmann::json set_json(const std::string& name) const;
  [[nodiscard]] nlohmann::json identity_beans(const KafkaProcess& process) const;
  [[nodiscard]] nlohmann::json server_beans(const KafkaProcess& process) const;
  [[nodiscard]] nlohmann::json controller_beans(const KafkaProcess& process) const;
  [[nodiscard]] nlohmann::json partition_beans(const KafkaProcess& process, bool replicas) const;
  [[nodiscard]] nlohmann::json log_beans(const KafkaProcess& process) const;
  [[nodiscard]] std::string log_of(const KafkaProcess& process) const;

  ScriptedTransport& transport_;
  KafkaModel model_;
  std::vector<Evicted> evicted_;
  std::vector<std::string> forbidden_;
  std::map<std::string, std::string> set_patches_;
  std::set<std::string> without_controller_;
  std::set<std::string> without_partitions_;
  std::set<std::pair<std::string, int>> hidden_;
  std::map<std::string, std::string> versions_;
  std::int64_t retry_after_ = 0;
  Duration budget_from_ = {};
  Duration list_delay_ = std::chrono::milliseconds(4);
  bool two_budgets_ = false;
  bool other_cluster_ = false;
};

}  // namespace cfkops::test
