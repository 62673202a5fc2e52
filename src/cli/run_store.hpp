#pragma once

#include "cfkops/base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace cfkops::cli {

/// The log of the run that `word` names: an id, the unique beginning of one, "last", or a path.
/// Errors: NotFound, with the next command.
[[nodiscard]] Result<std::filesystem::path> find_log(const std::string& word);

/// The ids of all runs, newest first.
[[nodiscard]] std::vector<std::string> run_ids();

}  // namespace cfkops::cli
