#pragma once

#include "arguments.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/append_file.hpp"
#include "cfkops/cli/app.hpp"
#include "cfkops/engine/recovery.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::cli {

/// A run of an earlier process, taken in hand: nobody else can write to its log meanwhile.
struct TakenRun {
  std::string run_id;
  std::filesystem::path folder;
  std::unique_ptr<AppendFile> log;
  audit::LogTail tail;
  std::string last_time;             ///< of its last record, RFC 3339
  std::vector<std::string> signers;  ///< the keys that signed its log, by fingerprint
  engine::RecoveredRun run;
};

/// Takes the run that `word` names in hand. What a crash left of a torn last line is kept beside
/// the log, as journal.torn-1 and so on, and the log is cut to its whole lines.
/// Its last signature must be the user's own; where it is `taken_over`, anybody's. Errors:
/// NotFound; Refused while another process has it, and where somebody else has signed it;
/// InvalidInput for a log that does not verify or is not signed; Io.
[[nodiscard]] Result<TakenRun> take_run(const std::string& word, bool taken_over);

/// The command line that began the run, with what was given now: another way to the cluster, its
/// secrets, whether to ask. Errors: InvalidInput.
[[nodiscard]] Result<Arguments> arguments_of(const TakenRun& taken, const Arguments& given);

/// What `resume` and `rollback` do with it.
using Act = std::function<engine::RunReport(
    const engine::RunRequest&, const engine::RecoveredRun&, const engine::RunEnvironment&)>;

/// Goes on with the run that the arguments name, where it was begun: also on a simulated cluster,
/// which is brought back. `same_runbook`: refused where the runbook's file is another one now.
/// Returns the exit code.
[[nodiscard]] int take_up_run(const Arguments& given,
                              const AppEnvironment& environment,
                              bool same_runbook,
                              const Act& act);

}  // namespace cfkops::cli
