#pragma once

#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// A version as far as it is numbers: "v1.34.4+k3s1" is 1.34.4, "7.9.2-ccs" is 7.9.2. Errors:
/// InvalidInput.
[[nodiscard]] Result<std::vector<int>> parse_version(std::string_view text);

/// Whether a version is in a range of comparisons that must all hold: ">=1.25 <2", "!=3.9.1",
/// "=4.3". Missing parts count as 0, but "=1.34" means any 1.34. Errors: InvalidInput, with an
/// example.
[[nodiscard]] Result<bool> in_range(std::string_view version, std::string_view range);

}  // namespace cfkops::actions
