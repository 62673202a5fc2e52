#include "cfkops/engine/plan.hpp"

#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"
#include "load.hpp"
#include "plan_text.hpp"
#include "planning_observer.hpp"
#include "request.hpp"
#include "simulated.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/journal.hpp"

namespace cfkops::cli {
namespace {

int plan_there(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  int code = kOk;
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  auto request = make_request(arguments, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  SilentObserver silent;
  PlanningObserver human(terminal);
  const bool json = arguments.global.output == Output::Json;
  engine::Observer& observer = json ? static_cast<engine::Observer&>(silent) : human;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  request->ns = connection->ns;
  request->context = connection->context;
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope(request->run_id + "/plan/1");
  const auto plan = engine::make_plan(*request, actions::catalogue(), reader, observer);
  human.end();
  if (!plan) {
    return fail(environment, plan.error());
  }
  terminal.out(json ? json_line(plan->to_json().raw())
                    : base::printable_lines(plan_text(*plan, PlanParts::All)));
  if (!json && !plan->blocked()) {
    terminal.err("next: cfkops run " + command_line(arguments) + "\n");
  }
  return plan->blocked() ? kPrerequisite : kOk;
}

}  // namespace

int plan_command(const Arguments& arguments, const AppEnvironment& environment) {
  return arguments.sandbox ? on_simulated_cluster(arguments, environment, false, plan_there)
                           : plan_there(arguments, environment);
}

}  // namespace cfkops::cli
