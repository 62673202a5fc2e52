#pragma once

#include "arguments.hpp"

#include <optional>
#include <span>
#include <string>

namespace cfkops::cli {

/// For completion: the flags of the connection in a command line that is not finished; nothing
/// where they are wrong.
[[nodiscard]] std::optional<GlobalArguments> connection_of(std::span<const std::string> words);

}  // namespace cfkops::cli
