#pragma once

#include "programs.hpp"
#include "registry.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace cfkops::sandbox {

/// Keys that are to be looked at, each once at a time, through the timeline.
class WorkQueue {
 public:
  /// `reconcile` runs `delay` after a key was added.
  WorkQueue(Timeline& timeline, Duration delay, std::function<void(const Key&)> reconcile);

  /// A key that waits already is not added again.
  void add(const Key& key);

  /// Adds it later; of two the earlier counts.
  void add_after(const Key& key, Duration delay);

 private:
  Timeline& timeline_;
  Duration delay_;
  std::function<void(const Key&)> reconcile_;
  std::map<Key, Timeline::TimerId> waiting_;
  std::map<Key, MonoTime> due_;
};

/// One control loop. It sees every change and writes through the registry as its own user. Lives as
/// long as the cluster.
class Controller {
 public:
  Controller() = default;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;
  virtual ~Controller() = default;

  /// Called after each change; must not write, only note what to look at.
  virtual void on_change(const Change& change) = 0;
};

/// How a controller writes: as "system:kube-controller-manager" or its own service account, with
/// the manager's name that the real one leaves in managed fields.
[[nodiscard]] WriteOptions as_controller(std::string_view manager,
                                         std::string_view subresource = {});

/// The controllers of a cluster; each function stands in controllers/<name>.cpp.
[[nodiscard]] std::unique_ptr<Controller> stateful_set_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> deployment_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> replica_set_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> daemon_set_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> job_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> disruption_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> endpoint_slice_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> garbage_collector(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> resource_quota_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> namespace_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> service_account_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> volume_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> node_controller(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> scheduler(Registry& registry);
[[nodiscard]] std::unique_ptr<Controller> kubelets(Registry& registry, Programs& programs);
[[nodiscard]] std::unique_ptr<Controller> definition_controller(Registry& registry,
                                                                KindTable& kinds);

/// Stands in for Confluent's operator: brings about what Kafka and KRaftController resources of
/// platform.confluent.io say, and rolls their pods. Nothing happens where none are defined.
[[nodiscard]] std::unique_ptr<Controller> cfk_operator(Registry& registry,
                                                       const Programs& programs);

}  // namespace cfkops::sandbox
