#include "controllers/component_leases.hpp"

#include "controllers/cluster_objects.hpp"

#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kLeases = "leases.coordination.k8s.io";
constexpr std::string_view kNamespace = "kube-system";
constexpr Duration kPeriod = std::chrono::seconds(5);

void renew(Registry& registry, const std::string& name) {
  const WallTime now = registry.timeline().wall();
  const std::string time = base::format_rfc3339(now);
  const Shared lease = stored(registry, kLeases, kNamespace, name);
  if (lease == nullptr) {
    create_stored(registry,
                  kLeases,
                  kNamespace,
                  {{"metadata", {{"name", name}, {"namespace", std::string(kNamespace)}}},
                   {"spec",
                    {{"holderIdentity", "control-plane"},
                     {"leaseDurationSeconds", 15},
                     {"leaseTransitions", 0},
                     {"acquireTime", time},
                     {"renewTime", time}}}},
                  as_controller(name));
    return;
  }
  const auto renewed = base::parse_rfc3339(text_at(*lease, {"spec", "renewTime"}));
  if (renewed && now - *renewed >= Duration::zero() && now - *renewed < kPeriod) {
    return;
  }
  change_stored(
      registry,
      key_of(kLeases, *lease),
      [&](Value& fresh) {
        make_at(fresh, {"spec", "renewTime"}) = time;
      },
      as_controller(name));
}

}  // namespace

void renew_component_leases(Registry& registry) {
  renew(registry, "kube-controller-manager");
  renew(registry, "kube-scheduler");
}

}  // namespace cfkops::sandbox
