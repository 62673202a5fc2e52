#pragma once

#include "refusal.hpp"
#include "value.hpp"

#include <string>

namespace cfkops::sandbox {

/// "RWO,ROX": access modes of a volume or claim in a table.
[[nodiscard]] std::string access_modes_text(const Value& modes);

/// That each is known and ReadWriteOncePod stands alone; none at all is no error. Errors are of
/// spec.accessModes.
void validate_access_modes(const Value& modes, FieldErrors& errors);

}  // namespace cfkops::sandbox
