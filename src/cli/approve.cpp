#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "saved_plan.hpp"

#include "cfkops/base/append_file.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/approval.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::cli {
namespace {

constexpr int kMostApprovals = 1000;

Status write_new(const std::string& name, const std::string& text) {
  CFKOPS_ASSIGN(const auto file, base::create_append_file(name));
  CFKOPS_TRY(file->append(text));
  return file->sync();
}

/// Writes to the first name that is free: FILE.sig-1, FILE.sig-2, …; returns it.
Result<std::string> write_beside(const std::string& plan, const std::string& text) {
  for (int number = 1; number <= kMostApprovals; ++number) {
    const std::string name = plan + ".sig-" + std::to_string(number);
    const Status written = write_new(name, text);
    if (written) {
      return name;
    }
    if (written.error().code != ErrorCode::AlreadyExists) {
      return written.error();
    }
  }
  return make_error(ErrorCode::Io, "there is no free name for an approval beside " + plan);
}

Status confirm(const Arguments& arguments, const AppEnvironment& environment) {
  if (arguments.yes) {
    return {};
  }
  auto answer = environment.terminal.ask("\nSign this? Only 'yes' is a yes: ");
  if (!answer) {
    return std::move(answer).error().with_hint("read the plan, then add --yes");
  }
  if (base::lower(base::trim(*answer)) != "yes") {
    return make_error(ErrorCode::Refused, "not signed");
  }
  return {};
}

int refuse(const AppEnvironment& environment, const Error& error) {
  const int code = fail(environment, error);
  return error.code == ErrorCode::Refused ? kRefused : code;
}

}  // namespace

int approve_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& file = arguments.names.front();
  int code = kOk;
  const auto plan = load_saved_plan(file, environment, code);
  if (!plan) {
    return code;
  }
  environment.terminal.err(base::printable_lines(saved_plan_text(*plan)));
  if (const Status confirmed = confirm(arguments, environment); !confirmed) {
    return refuse(environment, confirmed.error());
  }
  engine::ApprovalRequest request{
      .plan_sha256 = plan->sha256, .key = arguments.key, .now = environment.clock.wall()};
  request.valid_for = arguments.valid_for.value_or(request.valid_for);
  base::SystemProcess process;
  const auto approval = engine::sign_approval(process, request);
  if (!approval) {
    return refuse(environment, approval.error());
  }
  const auto written = write_beside(file, *approval);
  if (!written) {
    return fail(environment, written.error());
  }
  const std::string expires = base::format_rfc3339(request.now + request.valid_for);
  environment.terminal.out(
      arguments.global.output == Output::Json
          ? json_line({{"schemaVersion", 1},
                       {"type", "approval"},
                       {"file", *written},
                       {"plan", plan->sha256},
                       {"expires", expires}})
          : base::printable_lines("approved until " + expires + ": " + *written + "\n"));
  return kOk;
}

}  // namespace cfkops::cli
