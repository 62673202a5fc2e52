#pragma once

#include "arguments.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/cli/terminal.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::cli {

/// "auto", "live" or "plain"; nothing for any other word.
[[nodiscard]] std::optional<Progress> progress_named(std::string_view word);

/// Whether something is to move on the terminal: as `--progress` says, else as `variable`, the
/// value of $CFKOPS_PROGRESS, does, else where both streams are a terminal and nobody else writes
/// there (`--verbose`). Errors: InvalidInput where `--progress live` has no terminal to be live on,
/// or the variable is none of the three.
[[nodiscard]] Result<bool> progress_is_live(const GlobalArguments& global,
                                            const std::string& variable,
                                            const Terminal& terminal);

}  // namespace cfkops::cli
