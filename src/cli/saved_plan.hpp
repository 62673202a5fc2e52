#pragma once

#include "arguments.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/cli/app.hpp"
#include "cfkops/engine/saved_plan.hpp"
#include "cfkops/kube/reader.hpp"

#include <optional>
#include <string>

namespace cfkops::cli {

/// Reads a saved plan that may be carried out now. What is wrong is shown, and `exit_code` set:
/// that of a refusal where it was changed or has expired.
[[nodiscard]] std::optional<engine::SavedPlan> load_saved_plan(const std::string& file,
                                                               const AppEnvironment& environment,
                                                               int& exit_code);

/// Errors: InvalidInput where there is such a file already, unless `force`.
[[nodiscard]] Status may_be_written(const std::string& file, bool force);

/// Writes it, with mode 0600. Errors: as `may_be_written`; Io.
[[nodiscard]] Status write_saved_plan(const engine::SavedPlan& plan,
                                      const std::string& file,
                                      bool force);

/// Adds the approvals that lie beside the plan's file (FILE.sig-1, …) and count. Errors: Refused
/// where they are fewer than the command line asks for, or cannot be judged; InvalidInput, for the
/// allowed signers.
[[nodiscard]] Status permit(const Arguments& arguments,
                            const Clock& clock,
                            kube::Reader& reader,
                            engine::RunRequest& request);

/// What a person reads before signing it.
[[nodiscard]] std::string saved_plan_text(const engine::SavedPlan& plan);

}  // namespace cfkops::cli
