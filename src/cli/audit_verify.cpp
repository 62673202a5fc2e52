#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "run_store.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

std::string_view state_name(audit::VerifyReport::State state) {
  switch (state) {
    case audit::VerifyReport::State::Intact:
      return "intact";
    case audit::VerifyReport::State::Open:
      return "open";
    case audit::VerifyReport::State::Broken:
      return "broken";
  }
  return "broken";
}

std::string to_text(const std::string& path, const audit::VerifyReport& report) {
  const std::string place = report.line > 0 ? path + ":" + std::to_string(report.line) : path;
  switch (report.state) {
    case audit::VerifyReport::State::Intact:
      return place + ": intact: run " + report.run_id + ", " + std::to_string(report.records) +
             " records, sha256 " + report.last_hash + "\n";
    case audit::VerifyReport::State::Open:
      return place + ": open: run " + report.run_id + " has no end yet after " +
             std::to_string(report.records) + " records" +
             (report.reason.empty() ? "" : ": " + report.reason) + "\n";
    case audit::VerifyReport::State::Broken:
      break;
  }
  return place + ": broken: " + report.reason + "\n";
}

/// A log that was asked for, and what can be said of it.
struct Verified {
  std::string path;
  Result<audit::VerifyReport> report;
};

Verified verified(const std::string& word) {
  const auto path = find_log(word);
  if (!path) {
    return {word, path.error()};
  }
  const auto text = base::read_file(*path, std::size_t{1} << 30U);
  return {path->string(), text ? Result<audit::VerifyReport>(audit::verify(*text)) : text.error()};
}

nlohmann::json to_json(const Verified& log) {
  const audit::VerifyReport report = log.report ? *log.report : audit::VerifyReport();
  return {{"path", log.path},
          {"state", log.report ? state_name(report.state) : "unreadable"},
          {"run", report.run_id},
          {"records", report.records},
          {"sha256", report.last_hash},
          {"line", report.line},
          {"reason", log.report ? report.reason : log.report.error().text()}};
}

}  // namespace

int audit_verify_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  int code = kOk;
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& word : arguments.names) {
    const Verified log = verified(word);
    list.push_back(to_json(log));
    if (!log.report) {
      const int failed = fail(environment, log.report.error());
      code = code == kOk ? failed : code;
      continue;
    }
    // That a log is not as it was written weighs more than that another was not found.
    code = log.report->state == audit::VerifyReport::State::Intact ? code : kRunFailed;
    if (arguments.global.output == Output::Text) {
      terminal.out(base::printable_lines(to_text(log.path, *log.report)));
    }
  }
  if (arguments.global.output == Output::Json) {
    terminal.out(json_line({{"schemaVersion", 1}, {"logs", std::move(list)}}));
  }
  return code;
}

}  // namespace cfkops::cli
