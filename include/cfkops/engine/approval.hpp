#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace cfkops::engine {

/// What is to be signed, and with what.
struct ApprovalRequest {
  std::string plan_sha256;
  std::string key;  ///< file of a private key, or of a public one whose private one ssh-agent holds
  WallTime now;
  Duration valid_for = std::chrono::hours(24);
};

/// Signs the hash of a saved plan with `ssh-keygen -Y sign` in the namespace cfkops-plan; gives the
/// text of the approval's file (docs/plans.md). Errors: Refused, where ssh-keygen is missing or
/// does not sign, with its own words; what running it says.
[[nodiscard]] Result<std::string> sign_approval(base::Process& process,
                                                const ApprovalRequest& request);

/// An approval as it was found.
struct ApprovalFile {
  std::string name;  ///< for messages: "plan.json.sig-1"
  std::string text;
};

/// What approvals are judged by; borrowed.
struct ApprovalRules {
  const SavedPlan& plan;
  const std::string& runner;           ///< whom the API server takes us for now
  const std::string& allowed_signers;  ///< the file's text: ssh-keygen(1), ALLOWED SIGNERS
  WallTime now;
};

/// Which approvals count, each of another person.
struct ApprovalReport {
  std::vector<CountedApproval> counted;
  std::vector<std::string> not_counted;  ///< "plan.json.sig-1: signed by the requester, ana"

  /// Errors: Refused where there are fewer than `wanted`, with why each of the others does not
  /// count.
  [[nodiscard]] Status enough(std::size_t wanted) const;
};

/// Judges approvals. One counts where its signature verifies (`ssh-keygen -Y verify`) for exactly
/// this plan and has not expired, by a key that the allowed signers have under the name of one
/// person, who neither requested the plan nor runs it now and was not counted already. A person is
/// taken for the requester where one of his principals is the name that the API server has for him.
/// Errors: InvalidInput for allowed signers that cannot be read; Refused where ssh-keygen is
/// missing, and where the requester is none of the allowed signers, since then nobody can be told
/// from him.
[[nodiscard]] Result<ApprovalReport> check_approvals(base::Process& process,
                                                     std::span<const ApprovalFile> files,
                                                     const ApprovalRules& rules);

}  // namespace cfkops::engine
