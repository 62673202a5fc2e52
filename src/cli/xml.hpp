#pragma once

#include <string>
#include <string_view>

namespace cfkops::cli {

/// A text as it stands in XML, in an element or in an attribute: without control characters, and
/// with the ends of lines kept.
[[nodiscard]] std::string xml(std::string_view text);

}  // namespace cfkops::cli
