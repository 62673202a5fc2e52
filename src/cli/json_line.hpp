#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace cfkops::cli {

/// A record as one line of standard output. File names and what servers say may be no UTF-8: such
/// bytes are replaced (U+FFFD), never an exception.
[[nodiscard]] std::string json_line(const nlohmann::json& record);

}  // namespace cfkops::cli
