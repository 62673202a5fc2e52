#include "cfkops/engine/plan.hpp"

#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"
#include "load.hpp"
#include "plan_text.hpp"
#include "planning_observer.hpp"
#include "request.hpp"
#include "saved_plan.hpp"
#include "simulated.hpp"
#include "windows.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/audit_key.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <algorithm>

namespace cfkops::cli {
namespace {

constexpr Duration kValidFor = std::chrono::hours(7 * 24);

/// Returns the saved plan's hash.
Result<std::string> save_plan(const Arguments& arguments,
                              const engine::RunRequest& request,
                              const engine::Plan& plan,
                              const engine::PinRecorder& reads,
                              kube::Reader& reader) {
  const auto key = engine::audit_public_key();
  CFKOPS_ASSIGN(const engine::SavedPlan saved,
                engine::save(request,
                             plan,
                             reads,
                             reader,
                             {.valid_for = arguments.valid_for.value_or(kValidFor),
                              .audit_key = key ? *key : std::string()}));
  CFKOPS_TRY(write_saved_plan(saved, arguments.out, arguments.force));
  return saved.sha256;
}

/// `saved` is the hash of the plan that was saved, or "".
std::string next_command(const Arguments& arguments, const std::string& saved) {
  if (saved.empty()) {
    return "next: cfkops run " + command_line(arguments) + "\n";
  }
  Arguments run = arguments;
  run.saved_plan = arguments.out;
  run.params.clear();
  return "saved " + arguments.out + ", sha256 " + saved + "\nnext: cfkops run " +
         command_line(run) + "\n";
}

/// A step that cannot be told beforehand may change something.
bool changes_pending(const engine::Plan& plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(), [](const engine::PlannedStep& step) {
    return step.skipped.empty() && (!step.plan.changes.empty() || !step.unknown.empty());
  });
}

int plan_there(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  if (!arguments.out.empty()) {
    if (const Status free = may_be_written(arguments.out, arguments.force); !free) {
      return fail(environment, free.error());
    }
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
  engine::PinRecorder reads;
  reader.set_read_listener(&reads);
  const auto plan = engine::make_plan(*request, actions::catalogue(), reader, observer);
  reader.set_read_listener(nullptr);
  human.end();
  if (!plan) {
    return fail(environment, plan.error());
  }
  std::string saved;
  if (!arguments.out.empty() && !plan->blocked()) {
    auto hash = save_plan(arguments, *request, *plan, reads, reader);
    if (!hash) {
      return fail_on_file(environment, hash.error());
    }
    saved = *std::move(hash);
  }
  terminal.out(json ? json_line(plan->to_json().raw())
                    : base::printable_lines(plan_text(*plan, PlanParts::All)));
  if (!json && !plan->blocked()) {
    terminal.err(base::printable_lines(next_command(arguments, saved)));
  }
  if (plan->blocked()) {
    if (!arguments.out.empty()) {
      terminal.err("not saved, because a run would be refused: " + base::printable(arguments.out) +
                   "\n");
    }
    return kPrerequisite;
  }
  return arguments.detailed_exit_code && changes_pending(*plan) ? kChangesPending : kOk;
}

}  // namespace

int plan_command(const Arguments& arguments, const AppEnvironment& environment) {
  return arguments.sandbox ? on_simulated_cluster(arguments, environment, false, plan_there)
                           : plan_there(arguments, environment);
}

}  // namespace cfkops::cli
