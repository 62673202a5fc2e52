#pragma once

#include "registry.hpp"

#include <string>

namespace cfkops::sandbox {

/// Records with `owner` that its controller has made a pod, or a claim for one; of other kinds
/// controllers say nothing.
void tell_created(Registry& registry, const Value& owner, const Value& made);

/// Records with `owner` that a pod could not be made.
void tell_not_created(Registry& registry,
                      const Value& owner,
                      const Value& object,
                      const std::string& why);

/// Records with its owner that a pod was deleted by its controller.
void tell_deleted(Registry& registry, const Value& object);

}  // namespace cfkops::sandbox
