#pragma once

#include "cfkops/kube/client.hpp"

namespace cfkops::kube {

/// Whether a mutation whose outcome is unknown has been achieved, judged by the object as it is
/// now.
enum class Achieved { Yes, No, CannotTell };

/// For delete and evict: the object that the precondition names is gone or on its way out.
[[nodiscard]] Achieved is_gone(const Result<Object>& now, const Precondition& precondition);

/// For patches: the object is as the patch wants it.
[[nodiscard]] Achieved is_patched(const Result<Object>& now,
                                  PatchType type,
                                  const Json& patch,
                                  const Precondition& precondition);

/// For updates: the object says what `wanted` says, the server's own fields aside.
[[nodiscard]] Achieved is_updated(const Result<Object>& now, const Json& wanted);

/// For scale.
[[nodiscard]] Achieved is_scaled(const Result<Object>& now, int replicas);

}  // namespace cfkops::kube
