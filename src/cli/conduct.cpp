#include "conduct.hpp"

#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "human_observer.hpp"
#include "json_observer.hpp"
#include "live_observer.hpp"
#include "live_terminal.hpp"
#include "plan_text.hpp"
#include "request.hpp"
#include "run_store.hpp"
#include "terminal_approver.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/check.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/audit_key.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/notices.hpp"
#include "cfkops/engine/saved_plan.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/runbook/include.hpp"

#include <optional>
#include <string>
#include <utility>

namespace cfkops::cli {
namespace {

/// How long a running run waits for an API server that refuses connections: longer than a control
/// plane's restart. The first contact has no such patience, so that a wrong address is told at
/// once.
constexpr Duration kServerAwayBudget = std::chrono::minutes(5);

/// Makes the folder of a new run: its log, and copies of the runbook and of a saved plan for
/// whoever goes on with it.
Status make_folder(const AppEnvironment& environment, Conduct& what) {
  what.folder = run_folder(what.request.run_id);
  CFKOPS_TRY(base::make_private_directory(what.folder));
  CFKOPS_ASSIGN(what.log, base::create_append_file(what.folder / kJournalFile));
  CFKOPS_TRY(base::write_private_file(what.folder / kRunbookFile, what.request.runbook->source));
  const auto copies = runbook::copies_of(*what.request.runbook);
  if (!copies.empty()) {
    CFKOPS_TRY(base::write_private_file(what.folder / kIncludedFile,
                                        runbook::to_json(copies).dump() + "\n"));
  }
  if (what.request.saved != nullptr) {
    CFKOPS_TRY(
        base::write_private_file(what.folder / kPlanFile, engine::to_text(*what.request.saved)));
  }
  return environment.keep_world ? environment.keep_world(what.folder) : Status();
}

audit::Log::HeadWriter head_writer(const std::filesystem::path& folder) {
  return [file = folder / kHeadFile](const std::string& text) {
    return base::write_private_file(file, text);
  };
}

Status first_contact(Connection& connection,
                     const GlobalArguments& global,
                     const engine::RunRequest& request) {
  kube::Reader reader(*connection.loop, connection.reader_options(global));
  reader.set_audit_scope(request.run_id + "/hello/" + std::to_string(request.life));
  const auto version = reader.server_version();
  if (!version) {
    return version.error();
  }
  return {};
}

/// What a person sees of the plan before the first change. The checks stand above it already, but
/// in JSON, where nobody is to be asked about a plan that was never seen.
std::optional<PlanParts> plan_shown(const Arguments& arguments) {
  if (arguments.global.output == Output::Text) {
    return PlanParts::WithoutChecks;
  }
  return arguments.yes ? std::nullopt : std::optional(PlanParts::All);
}

int carry_out(const Arguments& arguments,
              const AppEnvironment& environment,
              Conduct what,
              engine::Observer& observer,
              const std::function<void()>& tick) {
  engine::RunRequest& request = what.request;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  std::optional<kube::Loop::Periodic> ticking;
  if (tick) {
    ticking.emplace(*connection->loop, LiveObserver::kTick, kube::Loop::When::Waiting, tick);
  }
  request.ns = connection->ns;
  request.context = connection->context;
  if (auto hello = first_contact(*connection, arguments.global, request); !hello) {
    return fail(environment, hello.error());
  }
  if (what.permit) {
    kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
    reader.set_audit_scope(request.run_id + "/permit/" + std::to_string(request.life));
    if (const Status permitted = what.permit(reader, request); !permitted) {
      const int code = fail(environment, permitted.error());
      return permitted.error().code == ErrorCode::Refused ? kRefused : code;
    }
  }
  if (what.log == nullptr) {
    if (Status made = make_folder(environment, what); !made) {
      return fail(environment,
                  std::move(made).error().with_hint(
                      "a run needs its log: make room, or set CFKOPS_STATE_DIR"));
    }
  }
  request.journal = (what.folder / kJournalFile).string();
  request.command_line = command_line(arguments);
  request.connection = connection_flags(arguments);
  const auto key = engine::audit_key();
  if (!key) {
    return fail(environment, key.error());
  }
  base::set_crash_context(("run " + request.run_id + ", log " + request.journal).c_str());
  audit::Log log(std::move(what.log), request.run_id, environment.clock, what.tail);
  log.sign_with(*key);
  log.keep_head(kHeadFile, head_writer(what.folder));
  engine::Journal journal(log);
  journal.tell(observer);
  engine::Notices notices(observer, &journal);
  kube::ReaderOptions options = connection->reader_options(arguments.global);
  options.listener = &notices;
  options.retry.unreachable_budget = kServerAwayBudget;
  kube::Client client(*connection->loop, options, journal);
  TerminalApprover approver(environment.terminal, arguments.yes, plan_shown(arguments));
  return exit_code(what.act(request,
                            {.catalogue = actions::catalogue(),
                             .client = client,
                             .journal = journal,
                             .observer = observer,
                             .approver = approver}));
}

/// On a terminal, with a table of the steps below what is written.
int conduct_live(const Arguments& arguments, const AppEnvironment& environment, Conduct what) {
  LiveTerminal terminal(environment.terminal);
  const bool simulated = environment.frames != nullptr;
  LiveObserver observer(
      terminal, environment.clock, simulated ? *environment.frames : environment.clock);
  // Simulated time passes by what happens in it, and must be the same whoever looks on.
  const auto tick = simulated ? std::function<void()>() : [&observer] { observer.tick(); };
  return carry_out(arguments, environment.on(terminal), std::move(what), observer, tick);
}

}  // namespace

int conduct(const Arguments& arguments, const AppEnvironment& environment, Conduct what) {
  if (arguments.global.output == Output::Json) {
    JsonObserver observer(environment.terminal, environment.clock);
    return carry_out(arguments, environment, std::move(what), observer, {});
  }
  if (environment.terminal.lively()) {
    return conduct_live(arguments, environment, std::move(what));
  }
  HumanObserver observer(environment.terminal, environment.clock);
  return carry_out(arguments, environment, std::move(what), observer, {});
}

}  // namespace cfkops::cli
