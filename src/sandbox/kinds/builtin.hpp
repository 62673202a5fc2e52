#pragma once

#include "kind.hpp"

#include <memory>
#include <vector>

namespace cfkops::sandbox {

using Kinds = std::vector<std::unique_ptr<Kind>>;

// Each function adds the kinds of one file, in the order of discovery.
void add_core_kinds(Kinds& kinds);  ///< ConfigMap, Secret, Namespace, ServiceAccount, Endpoints, …
void add_pod_kinds(Kinds& kinds);   ///< Pod, PodTemplate, ReplicationController
void add_node_kinds(Kinds& kinds);     ///< Node
void add_volume_kinds(Kinds& kinds);   ///< PersistentVolume(Claim), StorageClass
void add_service_kinds(Kinds& kinds);  ///< Service
void add_event_kinds(Kinds& kinds);    ///< Event in both groups
void add_workload_kinds(
    Kinds& kinds);  ///< StatefulSet, Deployment, ReplicaSet, DaemonSet, ControllerRevision
void add_batch_kinds(Kinds& kinds);       ///< Job, CronJob
void add_policy_kinds(Kinds& kinds);      ///< PodDisruptionBudget
void add_network_kinds(Kinds& kinds);     ///< NetworkPolicy, Ingress, EndpointSlice
void add_access_kinds(Kinds& kinds);      ///< Role, ClusterRole and their bindings, the reviews
void add_quota_kinds(Kinds& kinds);       ///< ResourceQuota, LimitRange, PriorityClass
void add_lease_kinds(Kinds& kinds);       ///< Lease
void add_definition_kinds(Kinds& kinds);  ///< CustomResourceDefinition

}  // namespace cfkops::sandbox
