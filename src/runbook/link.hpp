#pragma once

#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/lint.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

// A finding about what a step includes.
inline constexpr std::string_view kInclude = "CFK-S009";

/// The way from the runbook that is linted to the one that is being linked, and what was linted on
/// it.
struct IncludePath {
  /// A runbook on the way.
  struct Stop {
    std::string name;
    std::string file;
  };

  std::vector<Stop> stops;
  std::map<std::string, LintReport, std::less<>> known;  ///< by file
};

/// Finds what the steps of a runbook include, and makes groups of these steps; its SHA-256 becomes
/// that of all. The findings are about the words under `include`; a step that has one stays as it
/// is.
[[nodiscard]] std::vector<Diagnostic> link_includes(Runbook& runbook,
                                                    const Knowledge& knowledge,
                                                    IncludePath& path);

/// As `lint`, of a runbook that stands at the end of a way.
[[nodiscard]] LintReport lint_on(std::string_view text,
                                 const std::string& file,
                                 const Knowledge& knowledge,
                                 Profile profile,
                                 IncludePath& path);

}  // namespace cfkops::runbook
