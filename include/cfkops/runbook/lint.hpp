#pragma once

#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/model.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// What lint found.
struct LintReport {
  std::optional<Runbook> runbook;    ///< where it could be loaded
  std::vector<Diagnostic> findings;  ///< in file order

  /// A finding is an Error: the runbook may not be run.
  [[nodiscard]] bool has_errors() const;
};

/// Loads and judges a runbook against the known actions and checks: names, arguments, types,
/// references between steps, outputs that may be missing. Pure.
[[nodiscard]] LintReport lint(std::string_view text,
                              const std::string& file,
                              std::span<const ActionSpec> specs);

}  // namespace cfkops::runbook
