#pragma once

#include "cfkops/cli/app.hpp"
#include "cfkops/runbook/lint.hpp"
#include "cfkops/runbook/model.hpp"

#include <optional>
#include <string>
#include <vector>

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

/// A runbook, or why it cannot be used: an error as it is shown, or the findings of lint as
/// rendered.
struct Loading {
  std::optional<runbook::Runbook> runbook = {};
  std::optional<Error> error = {};
  std::vector<std::string> findings = {};
};

/// The same for a caller that has its own way to tell.
[[nodiscard]] Loading try_load(const std::string& word);

}  // namespace cfkops::cli
