#pragma once

#include "cfkops/health/catalogue.hpp"

#include <span>

namespace cfkops::health {

// The checks of each group, in the order of their ids.
[[nodiscard]] std::span<const Check> node_checks();
[[nodiscard]] std::span<const Check> control_plane_checks();
[[nodiscard]] std::span<const Check> pod_checks();
[[nodiscard]] std::span<const Check> workload_checks();
[[nodiscard]] std::span<const Check> storage_checks();
[[nodiscard]] std::span<const Check> disk_checks();
[[nodiscard]] std::span<const Check> limit_checks();
[[nodiscard]] std::span<const Check> budget_checks();
[[nodiscard]] std::span<const Check> certificate_checks();
[[nodiscard]] std::span<const Check> kafka_checks();

}  // namespace cfkops::health
