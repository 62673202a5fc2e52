#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/pins.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/runbook/include.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::engine {

/// A plan as a file holds it: what will be done, for whom, and what it rests on (docs/plans.md).
/// Without secrets: a parameter that is one has to be given again.
struct SavedPlan {
  /// Its hash: of the canonical form of all else. What approvals sign and the journal records.
  std::string sha256;
  std::string tool;  ///< version of cfkops
  WallTime created;
  std::optional<WallTime> expires;
  std::string runbook;                          ///< name
  std::string runbook_file;                     ///< where it was found, for messages
  std::string runbook_text;                     ///< all of it: that is what is run
  std::string runbook_sha256;                   ///< of the text, and of what it includes
  std::vector<runbook::IncludedCopy> includes;  ///< all that it includes
  std::map<std::string, std::string> params;    ///< as typed
  std::vector<std::string> secret_params;       ///< those to give again
  std::string server;
  std::string cluster_uid;  ///< of the namespace kube-system; "" where it could not be read
  std::string context;
  std::string ns;
  std::string requester;  ///< whom the API server took us for; "" where it could not tell
  std::string os_user;    ///< and the machine
  std::string host;
  std::string audit_key;  ///< the public key that the requester's logs are signed with, or ""
  std::string salt;       ///< of the pins' hashes
  Json plan;              ///< as of `Plan::to_json`
  std::vector<Pin> pins;
};

/// What `save` is told besides the plan.
struct SaveOptions {
  std::optional<Duration> valid_for = {};
  std::string audit_key = {};
};

/// Puts a plan, that `reads` watched being made, into the form of a file; asks the API server who
/// we are and which cluster it is. Errors: Cancelled. Where the server does not tell, the fields
/// stay empty.
[[nodiscard]] Result<SavedPlan> save(const RunRequest& request,
                                     const Plan& plan,
                                     const PinRecorder& reads,
                                     kube::Reader& reader,
                                     const SaveOptions& options);

/// The uid of the namespace kube-system, which stands for the cluster; "" where it may not or
/// cannot be read. Errors: Cancelled.
[[nodiscard]] Result<std::string> cluster_uid(kube::Reader& reader);

/// The file: canonical JSON and a line break.
[[nodiscard]] std::string to_text(const SavedPlan& plan);

/// Reads it. Errors: InvalidInput for what is no saved plan or one of another version of the
/// format; Refused for one that is not as it was written, byte for byte.
[[nodiscard]] Result<SavedPlan> read_saved_plan(std::string_view text);

/// Nothing while it may be carried out. Errors: Refused once it has expired.
[[nodiscard]] Status check_valid(const SavedPlan& plan, WallTime now);

/// What the log of a run says about the saved plan that it carries out; null where there is none.
[[nodiscard]] Json saved_plan_record(const RunRequest& request);

}  // namespace cfkops::engine
