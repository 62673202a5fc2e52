#include "audit_trust.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "run_export.hpp"
#include "run_store.hpp"
#include "run_summary.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/recovery.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

using State = audit::VerifyReport::State;

/// A run as its log tells it.
struct RunRow {
  std::string id;
  std::string started;
  std::string runbook;
  std::string ns;
  std::string result;       ///< "open" where there is none yet, "" where it is not proven,
                            ///< "RolledBack" of one that was taken back
  std::string state;        ///< of its log
  bool resumable = false;   ///< there is something to resume
  std::string reason = {};  ///< why its log is not intact
};

RunRow row_of(const std::string& id, const audit::Trust& trust) {
  const auto log = checked_log((run_folder(id) / kJournalFile).string(), trust);
  if (!log) {
    return {id, "", "", "", "", "unreadable", false, log.error().text()};
  }
  RunRow row{.id = id,
             .started = "",
             .runbook = "",
             .ns = "",
             .result = log->report.state == State::Broken ? "" : "open",
             .state = std::string(state_name(log->report.state)),
             .reason = log->report.reason};
  if (log->lines.empty()) {
    return row;
  }
  const audit::LogLine& first = log->lines.front();
  const audit::LogLine& last = log->lines.back();
  row.started = first.time;
  row.runbook = first.data.string_or("/runbook/name", "");
  row.ns = first.data.string_or("/namespace", "");
  if (last.phase == "end" && log->report.state != State::Broken) {
    row.result = last.data.string_or("/result", "");
  }
  if (const auto run = engine::recover(log->lines); run && log->report.state != State::Broken) {
    row.resumable = run->nothing_to_resume().empty();
    row.result = run->result.empty() ? row.result : run->result;
    row.result = run->rolling_back && row.result == "Succeeded" ? "RolledBack" : row.result;
  }
  return row;
}

std::string row_text(const RunRow& row, const std::string& resumable) {
  return base::padded(row.id, 22) + "  " + base::padded(row.started, 27) + "  " +
         base::padded(row.runbook, 16) + "  " + base::padded(row.ns, 12) + "  " +
         base::padded(row.result, 18) + "  " + base::padded(row.state, 8) + "  " + resumable + "\n";
}

/// The moment that `--since` means. Errors: InvalidInput.
Result<WallTime> moment(const std::string& text, WallTime now) {
  if (const auto ago = base::parse_duration(text)) {
    return now - std::chrono::duration_cast<WallTime::duration>(*ago);
  }
  auto time = base::parse_rfc3339(text);
  if (!time) {
    time = base::parse_rfc3339(text + "T00:00:00Z");
  }
  if (!time) {
    return make_error(ErrorCode::InvalidInput,
                      "--since: '" + text + "' is no time",
                      "write 2026-11-23, 2026-11-23T07:25:00Z, or 7d for the last seven days");
  }
  return time;
}

/// Its beginning cannot be told of a run without a first line: it is listed.
bool begun_since(const RunRow& row, WallTime since) {
  const auto started = base::parse_rfc3339(row.started);
  return !started || *started >= since;
}

/// Nothing ends so that is not in the list: a word that is not, would find nothing for ever.
Status check_result(const std::string& word) {
  const std::vector<std::string> known = run_results();
  const bool fits = word.empty() || std::any_of(known.begin(), known.end(), [&](const auto& one) {
                      return base::lower(one) == base::lower(word);
                    });
  if (fits) {
    return {};
  }
  return make_error(ErrorCode::InvalidInput,
                    "--result '" + word + "' is nothing a run ends with",
                    "write one of " + base::join(known, ", "));
}

bool wanted(const RunRow& row, const Arguments& arguments) {
  return (arguments.of_runbook.empty() || row.runbook == arguments.of_runbook) &&
         (arguments.result.empty() || base::lower(row.result) == base::lower(arguments.result));
}

nlohmann::json to_json(const RunRow& row) {
  return {{"run", row.id},
          {"started", row.started},
          {"runbook", row.runbook},
          {"namespace", row.ns},
          {"result", row.result},
          {"state", row.state},
          {"reason", row.reason},
          {"resumable", row.resumable}};
}

}  // namespace

int runs_list_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto trust = trust_in(arguments.audit_keys);
  if (!trust) {
    return fail(environment, trust.error());
  }
  const auto since = arguments.since.empty() ? Result<WallTime>(WallTime::min())
                                             : moment(arguments.since, environment.clock.wall());
  if (!since) {
    return fail(environment, since.error());
  }
  if (const Status fits = check_result(arguments.result); !fits) {
    return fail(environment, fits.error());
  }
  nlohmann::json list = nlohmann::json::array();
  std::string text = row_text({.id = "RUN",
                               .started = "STARTED",
                               .runbook = "RUNBOOK",
                               .ns = "NAMESPACE",
                               .result = "RESULT",
                               .state = "LOG"},
                              "RESUMABLE");
  for (const std::string& id : run_ids()) {
    const RunRow row = row_of(id, *trust);
    if (begun_since(row, *since) && wanted(row, arguments)) {
      list.push_back(to_json(row));
      text += row_text(row, row.resumable ? "yes" : "no");
    }
    if (arguments.limit > 0 && list.size() == arguments.limit) {
      break;
    }
  }
  environment.terminal.out(arguments.global.output == Output::Json
                               ? json_line({{"schemaVersion", 1}, {"runs", std::move(list)}})
                               : base::printable_lines(text));
  return kOk;
}

int runs_show_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::string& word = arguments.names.front();
  const auto log = checked_log(word, {});  // whoever signed it
  if (!log) {
    return fail(environment, log.error());
  }
  if (log->report.state == State::Broken) {
    show_error(environment.terminal,
               audit::broken_log(log->report)
                   .with_hint("see what stands before that with: cfkops runs export " + word));
    return kRunFailed;
  }
  if (arguments.global.output == Output::Json) {
    nlohmann::json list = nlohmann::json::array();
    for (const audit::LogLine& line : log->lines) {
      list.push_back({{"seq", line.sequence},
                      {"time", line.time},
                      {"phase", line.phase},
                      {"step", line.step},
                      {"attempt", line.attempt},
                      {"data", line.data.raw()}});
    }
    environment.terminal.out(json_line(
        {{"schemaVersion", 1}, {"signers", log->report.signers}, {"records", std::move(list)}}));
    return kOk;
  }
  environment.terminal.out(base::printable_lines(run_summary(*log)));
  return kOk;
}

int runs_export_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto trust = trust_in(arguments.audit_keys);
  if (!trust) {
    return fail(environment, trust.error());
  }
  const auto log = checked_log(arguments.names.front(), *trust);
  if (!log) {
    return fail(environment, log.error());
  }
  const Json report = exported(*log);
  Terminal& terminal = environment.terminal;
  switch (arguments.global.output) {
    case Output::Json:
      terminal.out(json_line(report.raw()));
      break;
    case Output::Csv:
      terminal.out(to_csv(report));
      break;
    default:
      terminal.out(base::printable_lines(to_markdown(report)));
      break;
  }
  if (log->report.state != State::Broken) {
    return kOk;
  }
  show_error(environment.terminal,
             make_error(ErrorCode::InvalidInput,
                        "the log is broken at line " + std::to_string(log->report.line) + ": " +
                            log->report.reason,
                        "what is exported ends before that line; see: cfkops audit verify " +
                            arguments.names.front()));
  return kRunFailed;
}

}  // namespace cfkops::cli
