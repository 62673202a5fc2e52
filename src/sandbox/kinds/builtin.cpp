#include "kinds/builtin.hpp"

#include "kind_table.hpp"
#include "kinds/storage.hpp"

namespace cfkops::sandbox {

std::vector<std::unique_ptr<Kind>> builtin_kinds() {
  Kinds kinds;
  add_core_kinds(kinds);
  add_pod_kinds(kinds);
  add_node_kinds(kinds);
  add_volume_kinds(kinds);
  add_storage_kinds(kinds);
  add_service_kinds(kinds);
  add_workload_kinds(kinds);
  add_event_kinds(kinds);
  add_batch_kinds(kinds);
  add_network_kinds(kinds);
  add_policy_kinds(kinds);
  add_access_kinds(kinds);
  add_definition_kinds(kinds);
  add_quota_kinds(kinds);
  add_lease_kinds(kinds);
  return kinds;
}

}  // namespace cfkops::sandbox
