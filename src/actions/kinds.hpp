#pragma once

#include "cfkops/engine/action.hpp"

// The actions, checks and sources of references that the files of this folder define; the table
// lists them.
namespace cfkops::actions {

[[nodiscard]] const engine::Action& capacity_show();
[[nodiscard]] const engine::Action& human_task();
[[nodiscard]] const engine::Action& image_set();
[[nodiscard]] const engine::Action& logs_collect();
[[nodiscard]] const engine::Action& network_policy_apply();
[[nodiscard]] const engine::Action& node_cordon();
[[nodiscard]] const engine::Action& node_delete();
[[nodiscard]] const engine::Action& node_drain();
[[nodiscard]] const engine::Action& node_uncordon();
[[nodiscard]] const engine::Action& object_get();
[[nodiscard]] const engine::Action& object_wait();
[[nodiscard]] const engine::Action& object_patch();
[[nodiscard]] const engine::Action& objects_backup();
[[nodiscard]] const engine::Action& objects_restore();
[[nodiscard]] const engine::Action& pod_evict();
[[nodiscard]] const engine::Action& pod_delete();
[[nodiscard]] const engine::Action& pod_exec();
[[nodiscard]] const engine::Action& rbac_apply();
[[nodiscard]] const engine::Action& rollout_restart();
[[nodiscard]] const engine::Action& rollout_status();
[[nodiscard]] const engine::Action& kafka_roll();
[[nodiscard]] const engine::Action& quota_set();
[[nodiscard]] const engine::Action& quota_show();
[[nodiscard]] const engine::Action& volume_expand();
[[nodiscard]] const engine::Action& volume_show();
[[nodiscard]] const engine::Action& workload_scale();

[[nodiscard]] const engine::Check& check_backup();
[[nodiscard]] const engine::Check& check_capacity();
[[nodiscard]] const engine::Check& check_disruption();
[[nodiscard]] const engine::Check& check_headroom();
[[nodiscard]] const engine::Check& check_health();
[[nodiscard]] const engine::Check& check_manifest();
[[nodiscard]] const engine::Check& check_node();
[[nodiscard]] const engine::Check& check_node_joined();
[[nodiscard]] const engine::Check& check_node_losses();
[[nodiscard]] const engine::Check& check_permission();
[[nodiscard]] const engine::Check& check_pods_settled();
[[nodiscard]] const engine::Check& check_rollout();
[[nodiscard]] const engine::Check& check_upgrade();
[[nodiscard]] const engine::Check& check_version();
[[nodiscard]] const engine::Check& check_kafka_replication();
[[nodiscard]] const engine::Check& check_kafka_quorum();

[[nodiscard]] const engine::RefSource& ref_claim();
[[nodiscard]] const engine::RefSource& ref_daemon_set();
[[nodiscard]] const engine::RefSource& ref_deployment();
[[nodiscard]] const engine::RefSource& ref_kafka();
[[nodiscard]] const engine::RefSource& ref_node();
[[nodiscard]] const engine::RefSource& ref_resource_quota();
[[nodiscard]] const engine::RefSource& ref_stateful_set();

}  // namespace cfkops::actions
