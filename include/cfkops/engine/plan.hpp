#pragma once

#include "cfkops/base/files.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/action.hpp"
#include "cfkops/engine/lock.hpp"
#include "cfkops/engine/planned_window.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/runbook/model.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// A plan as a file holds it: engine/saved_plan.hpp.
struct SavedPlan;

/// A signature that permits a saved plan.
struct CountedApproval {
  std::string file;
  std::string principal;  ///< who signed, as the allowed signers have it
  std::string key;        ///< fingerprint: "SHA256:…"
  std::string expires;    ///< RFC 3339
};

/// What was asked for.
struct RunRequest {
  const runbook::Runbook* runbook = nullptr;
  std::map<std::string, std::string> params;  ///< as typed: `--param k=v`
  std::string ns;
  std::string context;
  std::string run_id;
  std::string journal;  ///< path of the log, for messages; "" while planning
  std::string
      runbook_word;  ///< the word that named the runbook, for the next commands; "": its name
  std::string
      command_line;  ///< what follows "cfkops run" to ask for the same again, for the next commands
  std::string connection = {};  ///< the flags that say which cluster is meant and as whom, for the
                                ///< next commands: " --context staging"
  LockSettings locks = {};
  int life = 1;  ///< which process of the run this is, from 1
  std::string take_over =
      {};  ///< why somebody else than before goes on with the run; "": nobody else may
  std::vector<std::string> signed_before =
      {};  ///< of a run that goes on: the keys that signed its log so far, by fingerprint
  std::shared_ptr<const runbook::Windows> windows = {};  ///< when it may be going on; null: always
  std::string ignore_windows = {};   ///< why they do not count, in an emergency; "": they do
  const SavedPlan* saved = nullptr;  ///< borrowed: what is to be carried out, and nothing else
  std::vector<CountedApproval> approvals = {};  ///< of it
  base::Files* files =
      nullptr;  ///< borrowed: where steps read and write files; null: on this machine
};

/// A prerequisite with its answer.
struct PlannedCheck {
  std::string id;
  std::string title;
  CheckResult result;
  bool decides = true;  ///< false: of an included runbook that comes behind changes or cannot be
                        ///< asked yet; it is asked again then, and keeps no run from beginning
};

/// A runbook that a step includes.
struct PlannedInclude {
  std::string step;
  std::string name;
  std::string file;
  std::string sha256;
};

/// A step with what it would do.
struct PlannedStep {
  std::string id;
  std::string title;
  std::string action;
  StepPlan plan;
  std::string skipped;  ///< why its `when` is false, or ""
  std::string
      unknown;  ///< why it could not be planned (it needs outputs of an earlier step), or ""
  std::string confirm = {};   ///< what is asked before it begins, or ""
  bool for_a_person = false;  ///< as its action's declaration says
};

/// What a run would do to this cluster now.
struct Plan {
  std::string run_id;
  std::string runbook;
  std::string title;
  std::string risk;
  std::string runbook_sha256;
  std::vector<PlannedInclude> includes = {};  ///< in the order of the steps
  std::string server;
  std::string context;
  std::string ns;
  std::string server_version;
  std::string user;
  runbook::ValueMap params;
  std::vector<PlannedCheck> prerequisites;
  std::vector<PlannedStep> steps;
  std::vector<std::string> validation;  ///< titles
  PlannedWindow window = {};
  std::vector<LockTarget> locks = {};                  ///< taken before the first step
  std::vector<kube::AccessQuestion> permissions = {};  ///< what the run will ask for, each once

  /// A prerequisite that decides and is not a pass, or a change the server would refuse.
  [[nodiscard]] bool blocked() const;

  /// schemaVersion 1; every field always present; secrets "***".
  [[nodiscard]] Json to_json() const;
};

/// What can be said of the parameters without a cluster: names, types, limits, and that none is
/// missing. Secrets are not read, but the variables that hold them are kept from children from now
/// on. Errors: InvalidInput, as of `resolve_params`.
[[nodiscard]] Status check_params(const RunRequest& request);

/// Converts and resolves the parameters: types, limits, references to live objects (pinned by uid).
/// Errors: InvalidInput naming the parameter, what was expected and what there is to choose from.
[[nodiscard]] Result<runbook::ValueMap> resolve_params(const RunRequest& request,
                                                       const Catalogue& catalogue,
                                                       kube::Reader& reader);

/// Resolves, evaluates the prerequisites and asks every step what it would do. Cannot write.
/// Errors: what kept it from telling; a prerequisite that fails is not an error but in the plan.
[[nodiscard]] Result<Plan> make_plan(const RunRequest& request,
                                     const Catalogue& catalogue,
                                     kube::Reader& reader,
                                     Observer& observer);

}  // namespace cfkops::engine
