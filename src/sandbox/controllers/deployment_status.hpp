#pragma once

#include "controllers/deployment_sets.hpp"
#include "registry.hpp"

#include <string>

namespace cfkops::sandbox {

/// Puts a condition into a status the way deployments do: unchanged where status and reason are
/// the same, else at the end. `now` as metadata has times.
void set_deployment_condition(Value& status,
                              std::string_view type,
                              std::string_view holds,
                              std::string_view reason,
                              const std::string& message,
                              const std::string& now);

/// Takes it out.
void drop_deployment_condition(Value& status, std::string_view type);

/// What the ReplicaSets say of the deployment, with the condition Available.
[[nodiscard]] Value deployment_status(const Value& deployment,
                                      const DeploymentSets& sets,
                                      const std::string& now);

/// The same with how far the rollout is, in the condition Progressing.
[[nodiscard]] Value rollout_status(const Value& deployment,
                                   const DeploymentSets& sets,
                                   Registry& registry);

/// Every wanted pod is there, new and available, and no other.
[[nodiscard]] bool is_complete(const Value& deployment, const Value& status);

}  // namespace cfkops::sandbox
