#pragma once

#include "cfkops/cli/app.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// What may stand at a place of the command line.
struct Candidates {
  std::vector<std::string> words = {};
  bool files = false;  ///< a file may stand there as well
};

/// What may stand after `before` where `last` is being typed: commands, flags, their values,
/// runbooks, runs, parameters and what they may be. Words may be longer than `last` or begin with
/// something else. Of objects the cluster is asked (completion_live.hpp).
[[nodiscard]] Candidates candidates(std::span<const std::string> before,
                                    std::string_view last,
                                    const AppEnvironment& environment);

}  // namespace cfkops::cli
