#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/resource.hpp"

namespace cfkops::kube {

/// What may be recorded of a request body. For a Secret, and a patch of one, values are replaced by
/// "***": of data and stringData, of the annotation in which kubectl keeps the last applied object,
/// and of JSON patch operations.
[[nodiscard]] Json without_secrets(const Resource& resource, const Json& body);

}  // namespace cfkops::kube
