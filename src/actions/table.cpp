// All powers of cfkops, one row each.

#include "cfkops/actions/table.hpp"

#include "kinds.hpp"

#include <array>
#include <vector>

namespace cfkops::actions {

namespace {

/// `expr` is judged by the engine itself; lint and explain still need its declaration.
runbook::ActionSpec expr_spec() {
  runbook::ActionSpec spec{.name = "expr", .summary = "an expression is true (`that:`, `else:`)"};
  spec.is_check = true;
  spec.example =
      "- check: expr\n"
      "  that: size(steps.roll.pods) > 0\n"
      "  else: nothing was restarted\n";
  return spec;
}

}  // namespace

const engine::Catalogue& catalogue() {
  static const std::array<const engine::Action*, 26> kActions = {
      &capacity_show(),         // capacity.show
      &human_task(),            // human.task
      &image_set(),             // image.set
      &kafka_roll(),            // kafka.roll
      &logs_collect(),          // logs.collect
      &network_policy_apply(),  // network_policy.apply
      &node_cordon(),           // node.cordon
      &node_delete(),           // node.delete
      &node_drain(),            // node.drain
      &node_uncordon(),         // node.uncordon
      &object_get(),            // object.get
      &object_patch(),          // object.patch
      &object_wait(),           // object.wait
      &objects_backup(),        // objects.backup
      &objects_restore(),       // objects.restore
      &pod_delete(),            // pod.delete
      &pod_evict(),             // pod.evict
      &pod_exec(),              // pod.exec
      &quota_set(),             // quota.set
      &quota_show(),            // quota.show
      &rbac_apply(),            // rbac.apply
      &rollout_restart(),       // rollout.restart
      &rollout_status(),        // rollout.status
      &volume_expand(),         // volume.expand
      &volume_show(),           // volume.show
      &workload_scale(),        // workload.scale
  };
  static const std::array<const engine::Check*, 16> kChecks = {
      &check_backup(),             // backup
      &check_capacity(),           // capacity
      &check_disruption(),         // disruption
      &check_headroom(),           // headroom
      &check_health(),             // health
      &check_kafka_quorum(),       // kafka.quorum
      &check_kafka_replication(),  // kafka.replication
      &check_manifest(),           // manifest
      &check_node(),               // node
      &check_node_joined(),        // node.joined
      &check_node_losses(),        // node.losses
      &check_permission(),         // permission
      &check_pods_settled(),       // pods.settled
      &check_rollout(),            // rollout
      &check_upgrade(),            // upgrade
      &check_version(),            // version
  };
  static const std::array<const engine::RefSource*, 7> kRefs = {
      &ref_claim(),           // ref<PersistentVolumeClaim>
      &ref_daemon_set(),      // ref<DaemonSet>
      &ref_deployment(),      // ref<Deployment>
      &ref_kafka(),           // ref<Kafka>
      &ref_node(),            // ref<Node>
      &ref_resource_quota(),  // ref<ResourceQuota>
      &ref_stateful_set(),    // ref<StatefulSet>
  };
  static const engine::Catalogue kCatalogue{.actions = kActions, .checks = kChecks, .refs = kRefs};
  return kCatalogue;
}

std::span<const runbook::ActionSpec> specs() {
  static const std::vector<runbook::ActionSpec> kSpecs = [] {
    std::vector<runbook::ActionSpec> specs;
    for (const engine::Action* action : catalogue().actions) {
      specs.push_back(action->spec());
    }
    specs.push_back(expr_spec());
    for (const engine::Check* check : catalogue().checks) {
      specs.push_back(check->spec());
    }
    return specs;
  }();
  return kSpecs;
}

}  // namespace cfkops::actions
