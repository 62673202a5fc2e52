#include "commands.hpp"
#include "connection.hpp"
#include "exit_code.hpp"
#include "health_report.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/health/read.hpp"
#include "cfkops/health/report.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace cfkops::cli {
namespace {

using health::Severity;

Result<std::optional<health::Baseline>> baseline_of(const std::string& path) {
  if (path.empty()) {
    return std::optional<health::Baseline>();
  }
  CFKOPS_ASSIGN(const std::string text, base::read_file(path));
  Result<health::Baseline> baseline = health::read_baseline(text);
  if (!baseline) {
    return std::move(baseline).error().in("read '" + path + "'");
  }
  return std::optional<health::Baseline>(*std::move(baseline));
}

std::string shown(const health::Report& report, Output output, Severity fail_on) {
  switch (output) {
    case Output::Json:
      return json_line(json_of(report).raw());
    case Output::Markdown:
      return health_markdown(report);
    case Output::Html:
      return health_html(report);
    case Output::Junit:
      return health_junit(report, fail_on);
    default:
      return base::printable_lines(health_text(report));
  }
}

/// What was found counts before what could not be told.
int code_of(const health::Report& report, Severity fail_on) {
  const auto worst = report.worst();
  if (worst && *worst >= fail_on) {
    return kValidationFailed;
  }
  return report.count(health::Verdict::Unknown) > 0 ? kPrerequisite : kOk;
}

}  // namespace

int health_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto baseline = baseline_of(arguments.baseline);
  if (!baseline) {
    return fail(environment, baseline.error());
  }
  SilentObserver observer;
  auto connection = connect(arguments.global, environment, observer);
  if (!connection) {
    return fail(environment, connection.error());
  }
  kube::Reader reader(*connection->loop, connection->reader_options(arguments.global));
  reader.set_audit_scope("cfkops/health/1");
  // A look at the cluster is one at all of it, unless a namespace is named on the command line.
  const std::string ns = arguments.all_namespaces ? "" : arguments.global.config.ns;
  const health::ReadOptions options{
      .checks = {.profile =
                     arguments.profile == "sop" ? health::Profile::Sop : health::Profile::Full,
                 .disks = arguments.disks},
      .ns = ns,
      .timeout = arguments.global.request_timeout == Duration::zero()
                     ? Duration(std::chrono::hours(1))
                     : arguments.global.request_timeout};
  const MonoTime begin = environment.clock.now();
  const auto snapshot = health::read_snapshot(reader, options);
  if (!snapshot) {
    return fail(environment, snapshot.error());
  }
  health::Report report = health::assess(*snapshot, options.checks);
  report.server = reader.server();
  report.scope = ns.empty() ? "all namespaces" : "namespace " + ns;
  report.took = environment.clock.now() - begin;
  report.requests = reader.requests_sent();
  if (*baseline) {
    if ((*baseline)->server != report.server) {
      return fail(environment,
                  make_error(ErrorCode::InvalidInput,
                             "the baseline '" + arguments.baseline +
                                 "' is of another cluster: " + base::printable((*baseline)->server),
                             "make one of this: cfkops health -o json > baseline.json"));
    }
    leave_out(report, **baseline);
  }
  const Severity fail_on = health::severity_named(arguments.fail_on).value_or(Severity::Critical);
  environment.terminal.out(shown(report, arguments.global.output, fail_on));
  return code_of(report, fail_on);
}

}  // namespace cfkops::cli
