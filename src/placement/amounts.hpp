#pragma once

#include "cfkops/base/json.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::placement {

/// Amounts by resource name: cpu in thousandths, everything else in its unit.
using Amounts = std::map<std::string, std::int64_t, std::less<>>;

/// A Kubernetes quantity times `scale`, rounded up; nothing where the text is none.
[[nodiscard]] std::optional<std::int64_t> quantity(std::string_view text, std::int64_t scale = 1);

/// The amounts at `pointer`; a number where a text should be is read as one. `bad` is set where one
/// is no quantity.
[[nodiscard]] Amounts amounts_at(const Json& json, std::string_view pointer, bool& bad);

/// What a pod asks for while it starts and runs: containers, init containers (sidecars stay), the
/// pod's own requests and its overhead. With `resized` what containers were given since then counts
/// too. `bad` as above.
[[nodiscard]] Amounts requests_of(const Json& pod, bool resized, bool& bad);

}  // namespace cfkops::placement
