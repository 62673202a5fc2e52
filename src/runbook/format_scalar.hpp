#pragma once

#include <string>
#include <string_view>

namespace cfkops::runbook {

/// Where a scalar stands.
enum class ScalarPlace { InLines, InBrackets };

/// The scalar that is written so in one line, with quotes only where YAML 1.1 or YAML 1.2 could
/// take it for something else without them.
[[nodiscard]] std::string plainest(std::string_view written, ScalarPlace place);

}  // namespace cfkops::runbook
