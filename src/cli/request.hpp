#pragma once

#include "arguments.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <string>

namespace cfkops::cli {

/// The request that a command line makes: parameters split, a fresh run id. Namespace and context
/// are still to be filled in. `book` must outlive it. Errors: InvalidInput for a parameter that is
/// not name=value, given twice, unknown, missing or of the wrong type.
[[nodiscard]] Result<engine::RunRequest> make_request(const Arguments& arguments,
                                                      const runbook::Runbook& book,
                                                      const Clock& clock);

/// The request that carries a saved plan out: its parameters and namespace; only what it holds no
/// value of, the secrets, is taken from the command line. `book` is the plan's own; both must
/// outlive it. Errors: InvalidInput also for any other parameter.
[[nodiscard]] Result<engine::RunRequest> make_request(const Arguments& arguments,
                                                      const engine::SavedPlan& plan,
                                                      const runbook::Runbook& book,
                                                      const Clock& clock);

/// " --context staging -n confluent": every flag that says which cluster is meant and as whom (but
/// no token and no password), as they were typed; "" where there is none.
[[nodiscard]] std::string connection_flags(const Arguments& arguments);

/// "broker-restart -n confluent --param settle=30s": the runbook, the flags of the
/// connection, and the parameters, as they were typed.
[[nodiscard]] std::string command_line(const Arguments& arguments);

}  // namespace cfkops::cli
