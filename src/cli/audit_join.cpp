#include "audit_trust.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include "cfkops/audit/join.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

namespace cfkops::cli {
namespace {

using Verdict = audit::JoinedMutation::Verdict;

/// Line by line: such a log may be larger than memory.
Status take_log(audit::Join& join, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    // A log that is being written may end in the middle of a line.
    if (file.eof() && !Json::parse(line)) {
      return {};
    }
    if (Status taken = join.take(line); !taken) {
      return std::move(taken).error().in(path + ":" + std::to_string(number));
    }
  }
  if (!file.eof()) {
    std::error_code ignored;
    const bool there = std::filesystem::exists(path, ignored);
    return make_error(there ? ErrorCode::Io : ErrorCode::NotFound, "cannot read " + path);
  }
  return {};
}

nlohmann::json to_json(const audit::ClusterEvent& event) {
  return {{"auditId", event.id},
          {"time", base::format_rfc3339(event.time)},
          {"request", event.text()},
          {"user", event.user},
          {"userAgent", event.agent},
          {"code", event.code}};
}

nlohmann::json to_json(const std::vector<audit::ClusterEvent>& events) {
  nlohmann::json list = nlohmann::json::array();
  for (const audit::ClusterEvent& event : events) {
    list.push_back(to_json(event));
  }
  return list;
}

nlohmann::json to_json(const audit::JoinedMutation& joined) {
  return {{"intent", joined.mutation.number},
          {"step", joined.mutation.step},
          {"time", joined.mutation.time},
          {"change", joined.mutation.text()},
          {"status", joined.mutation.status},
          {"auditIds", joined.mutation.ids},
          {"verdict", to_string(joined.verdict)},
          {"why", joined.why},
          {"events", to_json(joined.events)}};
}

nlohmann::json to_json(const audit::JoinReport& report, const audit::VerifyReport& log) {
  nlohmann::json mutations = nlohmann::json::array();
  for (const audit::JoinedMutation& joined : report.mutations) {
    mutations.push_back(to_json(joined));
  }
  return {{"schemaVersion", 1},
          {"run", report.run_id},
          {"log", cli::to_json(log).raw()},
          {"agrees", report.agrees()},
          {"clusterLines", report.events},
          {"mutations", std::move(mutations)},
          {"strangers", to_json(report.strangers)},
          {"otherRuns", report.other_runs}};
}

std::string to_text(const audit::JoinReport& report, const audit::VerifyReport& log) {
  std::map<Verdict, long long> counts;
  std::string text;
  for (const audit::JoinedMutation& joined : report.mutations) {
    ++counts[joined.verdict];
    if (joined.verdict != Verdict::Agrees) {
      text += "  " + std::string(to_string(joined.verdict)) + "  " + joined.mutation.text() +
              "  (" + joined.mutation.step + ", " + joined.mutation.ids.front() + ")\n      " +
              joined.why + "\n";
    }
  }
  for (const audit::ClusterEvent& event : report.strangers) {
    text += "  not in the journal  " + event.text() + "  (" + event.id + ", " + event.user + ", " +
            base::format_rfc3339(event.time) + ", " + std::to_string(event.code) + ")\n";
  }
  for (const auto& [run, count] : report.other_runs) {
    text +=
        fmt::format("  run {} of the same user made {} at that time; see: cfkops audit join {}\n",
                    run,
                    base::counted(static_cast<long long>(count), "change"),
                    run);
  }
  const auto all = static_cast<long long>(report.mutations.size());
  text += "run " + report.run_id + " (log " + std::string(state_name(log.state)) +
          "): " + base::counted(all, "change") + ", " + std::to_string(counts[Verdict::Agrees]) +
          " found as journalled, " +
          std::to_string(counts[Verdict::Applied] + counts[Verdict::NotApplied]) +
          " resolved by the cluster's log; " + std::to_string(report.strangers.size()) +
          " in the cluster's log alone\n";
  return text + (report.agrees() ? "both sides agree\n" : "the two logs do not agree\n");
}

}  // namespace

int audit_join_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto trust = trust_in(arguments.audit_keys);
  if (!trust) {
    return fail(environment, trust.error());
  }
  const auto log = checked_log(arguments.names.front(), *trust);
  if (!log) {
    return fail(environment, log.error());
  }
  if (log->report.state == audit::VerifyReport::State::Broken) {
    static_cast<void>(
        fail(environment,
             make_error(ErrorCode::InvalidInput,
                        "the run's own log is broken at line " + std::to_string(log->report.line) +
                            ": " + log->report.reason,
                        "it proves nothing; see: cfkops audit verify " + arguments.names.front())));
    return kRunFailed;
  }
  auto join = audit::Join::of(log->lines);
  if (!join) {
    return fail(environment, join.error());
  }
  for (const std::string& path : arguments.cluster_logs) {
    if (const Status taken = take_log(*join, path); !taken) {
      return fail(environment, taken.error());
    }
  }
  const audit::JoinReport report = join->report();
  environment.terminal.out(arguments.global.output == Output::Json
                               ? json_line(to_json(report, log->report))
                               : base::printable_lines(to_text(report, log->report)));
  return report.agrees() ? kOk : kRunFailed;
}

}  // namespace cfkops::cli
