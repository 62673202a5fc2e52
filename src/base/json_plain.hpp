#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string_view>

namespace cfkops::base {

/// Reads a document of ASCII text and integers, which is what API servers send nearly always, in a
/// third of the library's time. Of two equal keys the last wins. Nothing for any other document, a
/// malformed one too.
[[nodiscard]] std::optional<nlohmann::json> parse_plain(std::string_view text);

}  // namespace cfkops::base
