#pragma once

#include "format_reader.hpp"

#include <string>

namespace cfkops::runbook {

/// The text of a file.
[[nodiscard]] std::string write_format(FormatFile file);

}  // namespace cfkops::runbook
