#pragma once

#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// A value as YAML, in the look of sigs.k8s.io/yaml: members by name, lists at the indent of their
/// key.
[[nodiscard]] std::string yaml_text(const Value& value);

}  // namespace cfkops::sandbox
