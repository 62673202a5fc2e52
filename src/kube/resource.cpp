#include "cfkops/kube/resource.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace cfkops::kube {

namespace {

struct Builtin {
  Resource resource;
  std::string_view short_name;
};

enum class Index : std::size_t {
  Pods,
  Nodes,
  Namespaces,
  Events,
  Services,
  ConfigMaps,
  Secrets,
  PersistentVolumeClaims,
  PersistentVolumes,
  StatefulSets,
  Deployments,
  ReplicaSets,
  DaemonSets,
  ControllerRevisions,
  PodDisruptionBudgets,
  Leases,
  StorageClasses,
  CsiNodes,
  ResourceQuotas,
  HorizontalPodAutoscalers,
  ReplicationControllers,
  Jobs,
};

constexpr std::size_t kCount = static_cast<std::size_t>(Index::Jobs) + 1;

const std::array<Builtin, kCount>& table() {
  static const std::array<Builtin, kCount> kTable = {{
      {{"", "v1", "pods", "Pod", true}, "po"},
      {{"", "v1", "nodes", "Node", false}, "no"},
      {{"", "v1", "namespaces", "Namespace", false}, "ns"},
      {{"", "v1", "events", "Event", true}, "ev"},
      {{"", "v1", "services", "Service", true}, "svc"},
      {{"", "v1", "configmaps", "ConfigMap", true}, "cm"},
      {{"", "v1", "secrets", "Secret", true}, ""},
      {{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true}, "pvc"},
      {{"", "v1", "persistentvolumes", "PersistentVolume", false}, "pv"},
      {{"apps", "v1", "statefulsets", "StatefulSet", true}, "sts"},
      {{"apps", "v1", "deployments", "Deployment", true}, "deploy"},
      {{"apps", "v1", "replicasets", "ReplicaSet", true}, "rs"},
      {{"apps", "v1", "daemonsets", "DaemonSet", true}, "ds"},
      {{"apps", "v1", "controllerrevisions", "ControllerRevision", true}, ""},
      {{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true}, "pdb"},
      {{"coordination.k8s.io", "v1", "leases", "Lease", true}, ""},
      {{"storage.k8s.io", "v1", "storageclasses", "StorageClass", false}, "sc"},
      {{"storage.k8s.io", "v1", "csinodes", "CSINode", false}, ""},
      {{"", "v1", "resourcequotas", "ResourceQuota", true}, "quota"},
      {{"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true}, "hpa"},
      {{"", "v1", "replicationcontrollers", "ReplicationController", true}, "rc"},
      {{"batch", "v1", "jobs", "Job", true}, ""},
  }};
  return kTable;
}

const Resource& builtin(Index index) {
  return table().at(static_cast<std::size_t>(index)).resource;
}

/// "apps" or "v1.apps", and "v1" for the core group; "" when none was written.
bool suffix_names(std::string_view suffix, const Resource& resource) {
  if (suffix.empty() || suffix == resource.group) {
    return true;
  }
  return suffix ==
         (resource.group.empty() ? resource.version : resource.version + "." + resource.group);
}

bool stem_names(std::string_view stem, const Builtin& candidate) {
  return stem == candidate.resource.plural || stem == base::lower(candidate.resource.kind) ||
         (!candidate.short_name.empty() && stem == candidate.short_name);
}

void add_segment(std::string& path, std::string_view segment) {
  path += '/';
  path += base::url_encode(segment);
}

}  // namespace

std::string Resource::api_version() const {
  return group.empty() ? version : group + "/" + version;
}

std::string Resource::full_name() const {
  return group.empty() ? plural : plural + "." + group;
}

std::string Resource::path(std::string_view ns,
                           std::string_view name,
                           std::string_view subresource) const {
  std::string path = group.empty() ? "/api" : "/apis";
  if (!group.empty()) {
    add_segment(path, group);
  }
  add_segment(path, version);
  if (namespaced && !ns.empty()) {
    path += "/namespaces";
    add_segment(path, ns);
  }
  add_segment(path, plural);
  if (!name.empty()) {
    add_segment(path, name);
  }
  if (!subresource.empty()) {
    add_segment(path, subresource);
  }
  return path;
}

namespace resources {

const Resource& pods() {
  return builtin(Index::Pods);
}

const Resource& nodes() {
  return builtin(Index::Nodes);
}

const Resource& namespaces() {
  return builtin(Index::Namespaces);
}

const Resource& events() {
  return builtin(Index::Events);
}

const Resource& services() {
  return builtin(Index::Services);
}

const Resource& config_maps() {
  return builtin(Index::ConfigMaps);
}

const Resource& secrets() {
  return builtin(Index::Secrets);
}

const Resource& persistent_volume_claims() {
  return builtin(Index::PersistentVolumeClaims);
}

const Resource& stateful_sets() {
  return builtin(Index::StatefulSets);
}

const Resource& deployments() {
  return builtin(Index::Deployments);
}

const Resource& replica_sets() {
  return builtin(Index::ReplicaSets);
}

const Resource& daemon_sets() {
  return builtin(Index::DaemonSets);
}

const Resource& controller_revisions() {
  return builtin(Index::ControllerRevisions);
}

const Resource& pod_disruption_budgets() {
  return builtin(Index::PodDisruptionBudgets);
}

const Resource& leases() {
  return builtin(Index::Leases);
}

const Resource& persistent_volumes() {
  return builtin(Index::PersistentVolumes);
}

const Resource& storage_classes() {
  return builtin(Index::StorageClasses);
}

const Resource& csi_nodes() {
  return builtin(Index::CsiNodes);
}

const Resource& resource_quotas() {
  return builtin(Index::ResourceQuotas);
}

const Resource& horizontal_pod_autoscalers() {
  return builtin(Index::HorizontalPodAutoscalers);
}

}  // namespace resources

const Resource* find_builtin(std::string_view word) {
  const std::string lowered = base::lower(word);
  const std::string_view text = lowered;
  const std::size_t dot = text.find('.');
  const std::string_view stem = text.substr(0, dot);
  const std::string_view suffix =
      dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const auto found = std::find_if(table().begin(), table().end(), [&](const Builtin& candidate) {
    return stem_names(stem, candidate) && suffix_names(suffix, candidate.resource);
  });
  return found == table().end() ? nullptr : &found->resource;
}

}  // namespace cfkops::kube
