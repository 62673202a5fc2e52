#include "commands.hpp"
#include "conduct.hpp"
#include "exit_code.hpp"
#include "knowledge.hpp"
#include "load.hpp"
#include "request.hpp"
#include "saved_plan.hpp"
#include "simulated.hpp"
#include "windows.hpp"

#include "cfkops/engine/executor.hpp"

#include <utility>

namespace cfkops::cli {
namespace {

/// Carries a saved plan out.
int run_saved(const Arguments& arguments, const AppEnvironment& environment) {
  int code = kOk;
  const auto plan = load_saved_plan(arguments.saved_plan, environment, code);
  if (!plan) {
    return code;
  }
  const auto book = load_text(plan->runbook_text,
                              plan->runbook_file,
                              plan->runbook,
                              knowledge(plan->includes),
                              environment,
                              code);
  if (!book) {
    return code;
  }
  if (book->sha256 != plan->runbook_sha256) {
    show_error(environment.terminal,
               make_error(ErrorCode::Refused,
                          "what the plan's runbook includes is not what the plan was made of",
                          "make a new plan with: cfkops plan " + plan->runbook + " --out FILE"));
    return kRefused;
  }
  auto request = make_request(arguments, *plan, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  if (const Status set = set_windows(arguments, *request); !set) {
    return fail(environment, set.error());
  }
  Arguments planned = arguments;
  std::string& ns = planned.global.config.ns;
  if (!ns.empty() && ns != plan->ns) {
    return fail(environment,
                make_error(ErrorCode::InvalidInput,
                           "the plan is for namespace " + plan->ns + ", not for " + ns,
                           "leave -n out, or make a new plan"));
  }
  ns = plan->ns;
  return conduct(planned,
                 environment,
                 {.request = *std::move(request),
                  .log = nullptr,
                  .permit =
                      [&](kube::Reader& reader, engine::RunRequest& asked) {
                        return permit(planned, environment.clock, reader, asked);
                      },
                  .act = engine::run});
}

int run_there(const Arguments& arguments, const AppEnvironment& environment) {
  if (!arguments.saved_plan.empty()) {
    return run_saved(arguments, environment);
  }
  int code = kOk;
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  auto request = make_request(arguments, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  if (const Status set = set_windows(arguments, *request); !set) {
    return fail(environment, set.error());
  }
  return conduct(
      arguments, environment, {.request = *std::move(request), .log = nullptr, .act = engine::run});
}

}  // namespace

int run_command(const Arguments& arguments, const AppEnvironment& environment) {
  if (arguments.names.empty() == arguments.saved_plan.empty()) {
    return fail(environment,
                make_error(ErrorCode::InvalidInput,
                           "run takes a runbook or --plan FILE, one of them",
                           "see the runbooks with: cfkops list"));
  }
  if (arguments.dry_run) {
    return plan_command(arguments, environment);
  }
  return arguments.sandbox ? on_simulated_cluster(arguments, environment, true, run_there)
                           : run_there(arguments, environment);
}

}  // namespace cfkops::cli
