#pragma once

#include "kind.hpp"

#include <memory>

namespace cfkops::sandbox {

/// PodTemplate, a template of its own, and ReplicationController, which makes pods from one.
[[nodiscard]] std::unique_ptr<Kind> pod_template_kind();
[[nodiscard]] std::unique_ptr<Kind> replication_controller_kind();

}  // namespace cfkops::sandbox
