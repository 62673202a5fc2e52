#include "cfkops/rehearse/rehearse.hpp"

#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "load.hpp"
#include "request.hpp"
#include "simulated.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/sandbox/faults.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::cli {
namespace {

constexpr std::string_view kAll = "all";

/// What contradicts a rehearsal or itself.
Status check_flags(const Arguments& arguments) {
  const std::string flag = flag_of_a_real_cluster(arguments.global.config);
  if (!flag.empty()) {
    return make_error(ErrorCode::InvalidInput,
                      flag + " has no meaning in a rehearsal",
                      "leave it out: a rehearsal runs on simulated clusters only");
  }
  return {};
}

/// A scenario's name or file; a snapshot is a file whatever it is called.
std::string scenario_word(const Arguments& arguments) {
  const std::string& snapshot = arguments.snapshot;
  if (snapshot.empty()) {
    return arguments.scenario;
  }
  return snapshot.find('/') == std::string::npos ? "./" + snapshot : snapshot;
}

std::optional<std::vector<sandbox::Fault>> load_script(const Arguments& arguments,
                                                       const AppEnvironment& environment,
                                                       int& exit_code) {
  return load_fault_script(
      arguments.faults == kAll ? std::string() : arguments.faults, environment, exit_code);
}

std::string report_text(const rehearse::RehearsalReport& report, Output output) {
  switch (output) {
    case Output::Json:
      return json_line(rehearse::to_json(report).raw());
    case Output::Markdown:
      return rehearse::to_markdown(report);
    default:
      return rehearse::to_text(report);
  }
}

}  // namespace

int rehearse_command(const Arguments& arguments, const AppEnvironment& environment) {
  int code = kOk;
  if (const Status flags = check_flags(arguments); !flags) {
    return fail(environment, flags.error());
  }
  const auto book = load(arguments.names.front(), environment, code);
  if (!book) {
    return code;
  }
  auto request = make_request(arguments, *book, environment.clock);
  if (!request) {
    return fail(environment, request.error());
  }
  auto scenario = load_scenario(scenario_word(arguments), environment, code);
  if (!scenario) {
    return code;
  }
  const auto script = load_script(arguments, environment, code);
  if (!script) {
    return code;
  }
  scenario->seed = arguments.seed.value_or(scenario->seed);
  request->ns =
      arguments.global.config.ns.empty() ? namespace_of(*scenario) : arguments.global.config.ns;
  request->context = sandbox_context(scenario->name);
  const rehearse::Rehearsal rehearsal{.request = *request,
                                      .catalogue = actions::catalogue(),
                                      .scenario = *scenario,
                                      .points = arguments.points};
  const auto report = arguments.faults == kAll ? rehearse::rehearse_all(rehearsal)
                                               : rehearse::rehearse(rehearsal, *script);
  if (!report) {
    return fail(environment, report.error());
  }
  environment.terminal.out(report_text(*report, arguments.global.output));
  return rehearse::has_harm(*report) ? kRunFailed : exit_code(report->plain.report);
}

}  // namespace cfkops::cli
