#pragma once

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/kube/mutation.hpp"
#include "cfkops/runbook/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// A step of an earlier run, as far as its log tells.
struct RecoveredStep {
  std::string id;     ///< of the instance: "roll", "drain[1]"
  std::string state;  ///< done skipped failed refused unknown stopped undone undo_failed, "open"
                      ///< where it was begun and its end is not on record, "not_started"
  std::string why;
  int attempts = 0;
  bool mutated = false;
  runbook::ValueMap outputs;  ///< of a step that is done
};

/// A mutation whose effect is not on record, or is on record as unknown.
struct OpenIntent {
  std::uint64_t number = 0;
  std::string step;
  kube::Mutation mutation;
  std::string time;  ///< when it was written, RFC 3339
};

/// A run as its log tells it: what resume, rollback and `runs` need to know.
struct RecoveredRun {
  std::string run_id;
  std::string runbook;
  std::string runbook_sha256;
  std::string server;
  std::string cluster_uid;  ///< of the namespace kube-system, "" where it could not be told
  std::string context;
  std::string ns;
  std::string user;     ///< whom the API server took us for
  std::string os_user;  ///< and the machine
  std::string host;
  std::string command_line;
  std::map<std::string, std::string> params;  ///< as typed; of secrets "***"
  Json plan;                                  ///< as approved, or null
  std::string result;                         ///< of the last end, or "" while open
  bool began_steps = false;
  std::vector<RecoveredStep> steps;
  std::vector<Remembered> remembered;  ///< what was not undone yet, in the order of remembering
  std::vector<OpenIntent> open;
  std::uint64_t intents = 0;
};

/// Reads it from the lines of a log that verifies. Errors: InvalidInput, where it is not a run's.
[[nodiscard]] Result<RecoveredRun> recover(const std::vector<audit::LogLine>& lines);

/// Goes on with a run that stopped, failed or was killed, in the same log: steps that are done stay
/// done; an open intent is classified from the live objects as applied, not applied or unknown; a
/// `once` step of which that cannot be told is asked about. As `run` in all else.
[[nodiscard]] RunReport resume(const RunRequest& request,
                               const RecoveredRun& before,
                               const RunEnvironment& environment);

/// Takes back what the run did, also of one that has finished; refuses what has changed since.
[[nodiscard]] RunReport roll_back(const RunRequest& request,
                                  const RecoveredRun& before,
                                  const RunEnvironment& environment);

}  // namespace cfkops::engine
