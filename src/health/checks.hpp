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
[[nodiscard]] std::span<const Check> quorum_checks();
[[nodiscard]] std::span<const Check> topic_checks();
[[nodiscard]] std::span<const Check> cfk_checks();
[[nodiscard]] std::span<const Check> cfk_version_checks();
[[nodiscard]] std::span<const Check> ecosystem_checks();
[[nodiscard]] std::span<const Check> secret_checks();

}  // namespace cfkops::health
