#include "commands.hpp"
#include "connection.hpp"
#include "health_report.hpp"
#include "health_watch.hpp"
#include "json_line.hpp"
#include "json_observer.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/health/read.hpp"
#include "cfkops/health/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
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

/// Looks at a cluster as the command line says.
class Looker {
 public:
  /// All must outlive it.
  Looker(const Arguments& arguments,
         const AppEnvironment& environment,
         kube::Reader& reader,
         const std::optional<health::Baseline>& baseline)
      : arguments_(arguments),
        environment_(environment),
        reader_(reader),
        baseline_(baseline) {}

  Result<health::Report> look() {
    // A look at the cluster is one at all of it, unless a namespace is named on the command line.
    const std::string ns = arguments_.all_namespaces ? "" : arguments_.global.config.ns;
    const health::ReadOptions options{
        .checks = {.profile =
                       arguments_.profile == "sop" ? health::Profile::Sop : health::Profile::Full,
                   .disks = arguments_.disks},
        .ns = ns,
        .timeout = arguments_.global.request_timeout == Duration::zero()
                       ? Duration(std::chrono::hours(1))
                       : arguments_.global.request_timeout};
    reader_.set_audit_scope(fmt::format("cfkops/health/{}", ++looks_));
    const MonoTime begin = environment_.clock.now();
    const std::uint64_t requests = reader_.requests_sent();
    CFKOPS_ASSIGN(const health::Snapshot snapshot, health::read_snapshot(reader_, options));
    health::Report report = health::assess(snapshot, options.checks);
    report.server = reader_.server();
    report.scope = ns.empty() ? "all namespaces" : "namespace " + ns;
    report.took = environment_.clock.now() - begin;
    report.requests = reader_.requests_sent() - requests;
    if (baseline_ && baseline_->server != report.server) {
      return make_error(ErrorCode::InvalidInput,
                        "the baseline '" + arguments_.baseline +
                            "' is of another cluster: " + base::printable(baseline_->server),
                        "make one of this: cfkops health -o json > baseline.json");
    }
    if (baseline_) {
      leave_out(report, *baseline_);
    }
    return report;
  }

 private:
  const Arguments& arguments_;
  const AppEnvironment& environment_;
  kube::Reader& reader_;
  const std::optional<health::Baseline>& baseline_;
  int looks_ = 0;
};

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
  Looker looker(arguments, environment, reader, *baseline);
  if (arguments.watch) {
    return watch_health(
        arguments, environment, *connection->loop, [&looker] { return looker.look(); });
  }
  const auto report = looker.look();
  if (!report) {
    return fail(environment, report.error());
  }
  environment.terminal.out(shown(*report, arguments.global.output, fail_severity(arguments)));
  return health_code(*report, fail_severity(arguments));
}

}  // namespace cfkops::cli
