#include "controllers/kubelet_node.hpp"

#include "controllers/cluster_objects.hpp"

#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kubelet";
constexpr std::string_view kLeases = "leases.coordination.k8s.io";
constexpr std::string_view kLeaseNamespace = "kube-node-lease";

struct Healthy {
  std::string_view type;
  std::string_view status;
  std::string_view reason;
  std::string_view message;
};

constexpr std::array<Healthy, 4> kHealthy = {{
    {"MemoryPressure",
     "False",
     "KubeletHasSufficientMemory",
     "kubelet has sufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
}};

}  // namespace

void renew_lease(Registry& registry, const Value& node) {
  const std::string time = base::format_rfc3339(registry.timeline().wall());
  const std::string name = name_of(node);
  const Shared lease = stored(registry, kLeases, kLeaseNamespace, name);
  if (lease != nullptr) {
    change_stored(
        registry,
        key_of(kLeases, *lease),
        [&](Value& fresh) {
          make_at(fresh, {"spec", "renewTime"}) = time;
        },
        as_controller(kManager));
    return;
  }
  create_stored(
      registry,
      kLeases,
      kLeaseNamespace,
      {{"metadata",
        {{"name", name},
         {"namespace", std::string(kLeaseNamespace)},
         {"ownerReferences",
          Value::array(
              {{{"apiVersion", "v1"}, {"kind", "Node"}, {"name", name}, {"uid", uid_of(node)}}})}}},
       {"spec", {{"holderIdentity", name}, {"leaseDurationSeconds", 40}, {"renewTime", time}}}},
      as_controller(kManager));
}

void post_health(Registry& registry, const Key& node) {
  const std::string now = registry.timestamp();
  change_stored(
      registry,
      node,
      [&](Value& fresh) {
        for (const Healthy& one : kHealthy) {
          set_condition(fresh,
                        {{"type", std::string(one.type)},
                         {"status", std::string(one.status)},
                         {"reason", std::string(one.reason)},
                         {"message", std::string(one.message)},
                         {"lastHeartbeatTime", now}},
                        now);
        }
      },
      as_controller(kManager, "status"));
}

}  // namespace cfkops::sandbox
