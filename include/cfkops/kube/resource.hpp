#pragma once

#include <string>
#include <string_view>

namespace cfkops::kube {

/// A resource of the API: what a URL path and an RBAC rule name.
struct Resource {
  std::string group;    ///< "" for the core group
  std::string version;  ///< "v1"
  std::string plural;   ///< "pods"
  std::string kind;     ///< "Pod"
  bool namespaced = true;

  friend bool operator==(const Resource&, const Resource&) = default;

  /// "v1" or "apps/v1".
  [[nodiscard]] std::string api_version() const;

  /// "pods", "statefulsets.apps": as kubectl prints it.
  [[nodiscard]] std::string full_name() const;

  /// The percent-encoded path of the collection (`name` empty) or of one object, optionally of a
  /// subresource. `ns` is ignored for cluster-scoped resources; empty means all namespaces.
  [[nodiscard]] std::string path(std::string_view ns,
                                 std::string_view name = {},
                                 std::string_view subresource = {}) const;
};

/// The built-in resources that our runbooks touch.
namespace resources {
[[nodiscard]] const Resource& pods();
[[nodiscard]] const Resource& nodes();
[[nodiscard]] const Resource& namespaces();
[[nodiscard]] const Resource& events();
[[nodiscard]] const Resource& services();
[[nodiscard]] const Resource& config_maps();
[[nodiscard]] const Resource& secrets();
[[nodiscard]] const Resource& persistent_volume_claims();
[[nodiscard]] const Resource& stateful_sets();
[[nodiscard]] const Resource& deployments();
[[nodiscard]] const Resource& replica_sets();
[[nodiscard]] const Resource& daemon_sets();
[[nodiscard]] const Resource& controller_revisions();
[[nodiscard]] const Resource& pod_disruption_budgets();
[[nodiscard]] const Resource& leases();
[[nodiscard]] const Resource& persistent_volumes();
[[nodiscard]] const Resource& storage_classes();
[[nodiscard]] const Resource& csi_nodes();
[[nodiscard]] const Resource& resource_quotas();
[[nodiscard]] const Resource& horizontal_pod_autoscalers();
}  // namespace resources

/// The built-in resource that `word` names the way kubectl takes it: plural, singular, kind in any
/// case or short name ("sts", "po", "pdb"), with or without group; nullptr where there is none.
[[nodiscard]] const Resource* find_builtin(std::string_view word);

}  // namespace cfkops::kube
