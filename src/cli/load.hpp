#pragma once

#include "cfkops/cli/app.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/model.hpp"

#include <optional>
#include <string>

namespace cfkops::cli {

/// Finds, loads and lints the runbook that `word` names. Where that fails, or lint finds an error,
/// it is shown and `exit_code` is set.
[[nodiscard]] std::optional<runbook::Runbook> load(const std::string& word,
                                                   const AppEnvironment& environment,
                                                   int& exit_code);

/// The same of a text that is there already; `path` and `word` are for messages. What it includes
/// is found by `knowledge`.
[[nodiscard]] std::optional<runbook::Runbook> load_text(const std::string& text,
                                                        const std::string& path,
                                                        const std::string& word,
                                                        const runbook::Knowledge& knowledge,
                                                        const AppEnvironment& environment,
                                                        int& exit_code);

}  // namespace cfkops::cli
