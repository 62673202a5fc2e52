#include "cfkops/cli/app.hpp"

#include "arguments.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "file_error.hpp"
#include "forwarding_terminal.hpp"
#include "progress.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/log.hpp"
#include "cfkops/base/text.hpp"

#include <array>
#include <exception>
#include <string_view>
#include <utility>

namespace cfkops::cli {
namespace {

using Command = int (*)(const Arguments&, const AppEnvironment&);

struct Row {
  std::string_view name;
  Command command;
};

constexpr auto kCommands = std::to_array<Row>({
    {"run", run_command},
    {"resume", resume_command},
    {"rollback", rollback_command},
    {"plan", plan_command},
    {"approve", approve_command},
    {"lint", lint_command},
    {"fmt", fmt_command},
    {"new", new_command},
    {"schema", schema_command},
    {"lsp", lsp_command},
    {"list", list_command},
    {"locks", locks_command},
    {"health", health_command},
    {"logs", logs_command},
    {"rbac", rbac_command},
    {"show", show_command},
    {"explain", explain_command},
    {"runs list", runs_list_command},
    {"runs show", runs_show_command},
    {"runs export", runs_export_command},
    {"audit verify", audit_verify_command},
    {"audit join", audit_join_command},
    {"sandbox serve", sandbox_serve_command},
    {"sandbox scenarios", sandbox_scenarios_command},
    {"rehearse", rehearse_command},
    {"import", import_command},
    {"test", test_command},
    {"snapshot", snapshot_command},
    {"completion", completion_command},
    {"version", version_command},
});

}  // namespace

void show_error(Terminal& terminal, const Error& error) {
  std::string text = "cfkops: ";
  if (error.pos) {
    text += error.pos->text() + ": ";
  }
  text += error.text() + "\n";
  for (const ErrorCause& cause : error.causes) {
    if (error.text().find(cause.message) == std::string::npos) {
      text += "  * " + (cause.field.empty() ? "" : cause.field + ": ") + cause.message + "\n";
    }
  }
  if (!error.hint.empty()) {
    text += "  next: " + error.hint + "\n";
  }
  terminal.err(base::printable_lines(text));
}

int fail(const AppEnvironment& environment, const Error& error) {
  show_error(environment.terminal, error);
  return exit_code(error, environment.cancel.signal_number());
}

int fail_on_file(const AppEnvironment& environment, Error error) {
  const bool of_file = error.code == ErrorCode::Io || error.code == ErrorCode::AlreadyExists;
  error =
      std::move(error).with_hint("check the path, and who may read or write there (see ls -ld)");
  const int code = fail(environment, error);
  return of_file ? kUsage : code;
}

namespace {

/// The command on that terminal, or on one where nothing moves.
int carry_out(Command command, const Arguments& arguments, const AppEnvironment& environment) {
  const auto live = progress_is_live(
      arguments.global, base::environment("CFKOPS_PROGRESS"), environment.terminal);
  if (!live) {
    return fail(environment, live.error());
  }
  if (*live) {
    return command(arguments, environment);
  }
  PlainTerminal plain(environment.terminal);
  return command(arguments, environment.on(plain));
}

int dispatch(std::span<const std::string> arguments, const AppEnvironment& environment) {
  // The one command that must be instant asks nothing of the parser.
  if (arguments.size() == 1 &&
      (arguments.front() == "version" || arguments.front() == "--version")) {
    return version_command({}, environment);
  }
  // Half a command line is not for the parser.
  if (!arguments.empty() && arguments.front() == "__complete") {
    const std::size_t begin = arguments.size() > 1 && arguments[1] == "--" ? 2 : 1;
    Arguments typed;
    typed.names.assign(arguments.begin() + static_cast<std::ptrdiff_t>(begin), arguments.end());
    return complete_command(typed, environment);
  }
  const ParsedArguments parsed = parse_arguments(arguments);
  if (!parsed.arguments) {
    environment.terminal.out(parsed.out);
    environment.terminal.err(parsed.err);
    return parsed.exit_code;
  }
  if (parsed.arguments->global.verbose) {
    base::enable_log(base::LogLevel::Debug);
  }
  for (const Row& row : kCommands) {
    if (row.name == parsed.arguments->command) {
      return carry_out(row.command, *parsed.arguments, environment);
    }
  }
  return fail(environment,
              make_error(ErrorCode::Internal,
                         "command '" + parsed.arguments->command + "' has no row in the table"));
}

/// The last words about an exception that nobody expected.
int defect(const AppEnvironment& environment, const std::string& what) {
  return fail(environment,
              make_error(ErrorCode::Internal,
                         "a defect of cfkops: " + what,
                         "report it with the command you typed; where a run was under way, look "
                         "at it with: cfkops runs show last"));
}

}  // namespace

int run(std::span<const std::string> arguments, const AppEnvironment& environment) {
  try {
    const int code = dispatch(arguments, environment);
    const std::string lost = environment.terminal.out_failure();
    if (lost.empty()) {
      return code;
    }
    environment.terminal.err("cfkops: not all of standard output could be written: " + lost + "\n");
    return code == kOk ? kRunFailed : code;
  } catch (const std::exception& error) {
    return defect(environment, error.what());
  } catch (...) {
    return defect(environment, "an exception of an unknown type");
  }
}

}  // namespace cfkops::cli
