#pragma once

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/sent_mutation.hpp"
#include "cfkops/runbook/value.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cfkops::engine {

/// A step of an earlier process of this run, as far as its log tells.
struct RecoveredStep {
  std::string id;     ///< of the instance: "roll", "drain[1]"
  std::string state;  ///< done skipped failed refused unknown stopped passed_over undone
                      ///< undo_failed, "open" where it was begun and its end is not on record
  std::string why;
  int attempts = 0;
  bool applied = false;  ///< of one that must not happen twice: it has, and only what it expects is
                         ///< left to be asked
  bool mutated = false;  ///< it sent something that may have taken effect
  bool undone = false;   ///< by the steps that the runbook has for that
  std::string passed_by = {};  ///< of one that failed and was passed over: the step, or the element
                               ///< of one, that the run went on behind: "drain[2]"
  runbook::ValueMap outputs;   ///< of a step that is done or applied, without its secrets
  std::vector<std::string> secrets;  ///< its outputs that are, or have in them, a secret
  std::string why_lost = {};         ///< why those could not be recalled, once that was tried
};

/// A run as its log tells it: what resume, rollback and `runs` need to know.
struct RecoveredRun {
  std::string runbook;
  std::string runbook_file;
  std::string runbook_sha256;
  std::string server;
  std::string cluster_uid;  ///< of the namespace kube-system, "" where it could not be told
  std::string context;
  std::string ns;
  std::string user;     ///< whom the API server took us for, the last time
  std::string os_user;  ///< and the machine
  std::string host;
  std::string started;  ///< RFC 3339
  std::string command_line;
  std::string runbook_word;
  std::string saved_plan;                     ///< the hash of the plan that it carries out, or ""
  std::map<std::string, std::string> params;  ///< as typed; of secrets "***"
  Json plan;                                  ///< as first approved, or null
  std::string result;                         ///< of the last end, or "" while open
  bool began_steps = false;
  bool undoing = false;                             ///< an undo was begun
  bool rolling_back = false;                        ///< at the wish of a person
  int lives = 0;                                    ///< how many processes have worked on it
  std::vector<RecoveredStep> steps;                 ///< in the order in which they were begun
  std::map<std::string, runbook::ValueMap> checks;  ///< what they measured, by id
  std::set<std::string> finished_groups;  ///< instances of steps whose included runbook is done
  std::vector<Remembered> remembered;     ///< what was not undone yet, in the order of remembering
  std::uint64_t entries = 0;              ///< how many were remembered in all
  std::vector<SentMutation> sent;         ///< but for those of locks and guards
  std::uint64_t numbered = 0;             ///< the number of the last intent

  /// The step of that instance, or nullptr.
  [[nodiscard]] const RecoveredStep* step(const std::string& id) const;

  /// The step that failed in it and was passed over with it, or nullptr.
  [[nodiscard]] const RecoveredStep* passed_over_by(const std::string& id) const;

  /// There is nothing to go on with: what it ended as, and what to do instead; "" where there is.
  [[nodiscard]] std::string nothing_to_resume() const;

  /// Likewise for taking back.
  [[nodiscard]] std::string nothing_to_roll_back() const;
};

/// Reads it from the lines of a log that verifies. Errors: InvalidInput, where it is not a run's.
[[nodiscard]] Result<RecoveredRun> recover(const std::vector<audit::LogLine>& lines);

/// Goes on with a run that stopped or was killed, in the same log (docs/recovery.md): steps that
/// are done stay done; a mutation whose outcome is not on record is classified from the live
/// objects; a step that must not happen twice and may have happened is asked about, unless its
/// action goes on by itself; an undo that was begun is finished. Refused (PolicyRefused), with the
/// difference, for another runbook, cluster, user or other parameters. As `run` in all else.
[[nodiscard]] RunReport resume(const RunRequest& request,
                               const RecoveredRun& before,
                               const RunEnvironment& environment);

/// Takes back what the run did, also of one that has finished: the last first, then the runbook's
/// own rollback, then its validation. Asks first. Refused as `resume`.
[[nodiscard]] RunReport roll_back(const RunRequest& request,
                                  const RecoveredRun& before,
                                  const RunEnvironment& environment);

}  // namespace cfkops::engine
