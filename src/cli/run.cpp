#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "human_observer.hpp"
#include "json_observer.hpp"
#include "load.hpp"
#include "plan_text.hpp"
#include "request.hpp"
#include "simulated.hpp"
#include "terminal_approver.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/base/check.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/engine/executor.hpp"
#include "cfkops/engine/notices.hpp"

#include <filesystem>
#include <memory>
#include <optional>

namespace cfkops::cli {
namespace {

/// How long a running run waits for an API server that refuses connections: longer than a control
/// plane's restart. The first contact has no such patience, so that a wrong address is told at
/// once.
constexpr Duration kServerAwayBudget = std::chrono::minutes(5);

Result<std::unique_ptr<AppendFile>> create_journal(const std::string& run_id,
                                                   std::filesystem::path& path) {
  const std::filesystem::path folder = engine::state_directory() / "runs" / run_id;
  CFKOPS_TRY(base::make_private_directory(folder));
  path = folder / "journal.jsonl";
  return base::create_append_file(path);
}

Status first_contact(Connection& connection,
                     const GlobalArguments& global,
                     const std::string& run_id) {
  kube::Reader reader(*connection.loop, connection.reader_options(global));
  reader.set_audit_scope(run_id + "/hello/1");
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
              engine::RunRequest request,
              engine::Observer& observer) {
  Terminal& terminal = environment.terminal;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  request.ns = connection->ns;
  request.context = connection->context;
  if (auto hello = first_contact(*connection, arguments.global, request.run_id); !hello) {
    return fail(environment, hello.error());
  }
  std::filesystem::path path;
  auto file = create_journal(request.run_id, path);
  if (!file) {
    return fail(environment,
                std::move(file).error().with_hint(
                    "a run needs its log: make room, or set CFKOPS_STATE_DIR"));
  }
  base::set_crash_context(("run " + request.run_id + ", log " + path.string()).c_str());
  audit::Log log(*std::move(file), request.run_id, environment.clock);
  engine::Journal journal(log);
  engine::Notices notices(observer, &journal);
  kube::ReaderOptions options = connection->reader_options(arguments.global);
  options.listener = &notices;
  options.retry.unreachable_budget = kServerAwayBudget;
  kube::Client client(*connection->loop, options, journal);
  TerminalApprover approver(terminal, arguments.yes, plan_shown(arguments));
  request.journal = path.string();
  request.command_line = command_line(arguments);
  const engine::RunReport report = engine::run(request,
                                               {.catalogue = actions::catalogue(),
                                                .client = client,
                                                .journal = journal,
                                                .observer = observer,
                                                .approver = approver});
  return exit_code(report);
}

int run_there(const Arguments& arguments, const AppEnvironment& environment) {
  int code = kOk;
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  auto request = make_request(arguments, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  if (arguments.global.output == Output::Json) {
    JsonObserver observer(environment.terminal, environment.clock);
    return carry_out(arguments, environment, *std::move(request), observer);
  }
  HumanObserver observer(environment.terminal, environment.clock);
  return carry_out(arguments, environment, *std::move(request), observer);
}

}  // namespace

int run_command(const Arguments& arguments, const AppEnvironment& environment) {
  if (arguments.dry_run) {
    return plan_command(arguments, environment);
  }
  return arguments.sandbox ? on_simulated_cluster(arguments, environment, true, run_there)
                           : run_there(arguments, environment);
}

}  // namespace cfkops::cli
