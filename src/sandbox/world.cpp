#include "world.hpp"

#include "bootstrap.hpp"
#include "controllers/pods.hpp"
#include "kafka/kafka_program.hpp"
#include "seed.hpp"
#include "shell_program.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::sandbox {

namespace {

// What is older is forgotten, as API servers have etcd do it, at these intervals.
constexpr Duration kRemembered = std::chrono::minutes(5);
constexpr Duration kCompaction = std::chrono::minutes(1);

// Why a pod is not ready, in the word that `kubectl get pods` shows.
std::string state_of(const Value& pod) {
  for (const Value& container : list_at(pod, {"status", "containerStatuses"})) {
    std::string reason = text_at(container, {"state", "waiting", "reason"});
    if (!reason.empty()) {
      return reason;
    }
  }
  return is_terminating(pod) ? "Terminating" : text_at(pod, {"status", "phase"}, "Pending");
}

}  // namespace

World::World(std::uint64_t seed, WallTime start, Duration growing)
    : growing_(growing),
      timeline_(start - growing),
      random_(seed),
      registry_(store_, kinds_, timeline_, random_),
      api_(registry_, programs_) {
  programs_.add(shell_program(timeline_, programs_));
  make_controllers();
}

void World::make_controllers() {
  controllers_.push_back(namespace_controller(registry_));
  controllers_.push_back(service_account_controller(registry_));
  controllers_.push_back(definition_controller(registry_, kinds_));
  controllers_.push_back(node_controller(registry_));
  controllers_.push_back(deployment_controller(registry_));
  controllers_.push_back(replica_set_controller(registry_));
  controllers_.push_back(stateful_set_controller(registry_));
  controllers_.push_back(daemon_set_controller(registry_));
  controllers_.push_back(job_controller(registry_));
  controllers_.push_back(disruption_controller(registry_));
  controllers_.push_back(endpoint_slice_controller(registry_));
  controllers_.push_back(volume_controller(registry_));
  controllers_.push_back(garbage_collector(registry_));
  controllers_.push_back(resource_quota_controller(registry_));
  controllers_.push_back(cfk_operator(registry_, programs_));
  controllers_.push_back(scheduler(registry_));
  controllers_.push_back(kubelets(registry_, programs_));
  for (const std::unique_ptr<Controller>& controller : controllers_) {
    store_.listen([&one = *controller](const Change& change) { one.on_change(change); });
  }
  store_.listen([this](const Change& change) { forget_old(change.revision); });
}

void World::forget_old(std::uint64_t revision) {
  const MonoTime now = timeline_.now();
  if (!marks_.empty() && now - marks_.back().first < kCompaction) {
    return;
  }
  marks_.emplace_back(now, revision);
  while (now - marks_.front().first >= kRemembered) {
    store_.compact(marks_.front().second);
    marks_.pop_front();
  }
}

void World::begin_empty() {
  bootstrap(registry_);
  grow();
}

Status World::begin(const Scenario& scenario) {
  bootstrap(registry_, Nodes::None);
  for (const KafkaSpec& spec : scenario.kafka) {
    add_kafka(spec);
  }
  CFKOPS_TRY(seed(registry_, scenario));
  grow();
  for (const std::shared_ptr<KafkaModel>& model : kafka_) {
    model->settle();
    model->reset_report();
  }
  return {};
}

void World::add_kafka(const KafkaSpec& spec) {
  auto model = std::make_shared<KafkaModel>(
      spec, timeline_, random_, [this, ns = spec.ns](const std::string& pod) {
        programs_.changed(ns, pod);
      });
  programs_.add(kafka_program(model));
  kafka_.push_back(std::move(model));
}

void World::grow() {
  timeline_.advance_to(timeline_.now() + growing_);
  // No client has seen anything older.
  store_.compact(store_.revision());
}

std::vector<std::string> World::unready_pods() const {
  std::vector<std::string> pods;
  for (const Shared& pod : store_.list("pods")) {
    const bool finished = has_phase(*pod, "Succeeded") || has_phase(*pod, "Failed");
    if (!finished && !is_ready(*pod)) {
      pods.push_back(namespace_of(*pod) + "/" + name_of(*pod) + " (" + state_of(*pod) + ")");
    }
  }
  return pods;
}

}  // namespace cfkops::sandbox
