#include "audit_trust.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

std::string to_text(const std::string& path, const audit::VerifyReport& report) {
  const std::string place = report.line > 0 ? path + ":" + std::to_string(report.line) : path;
  switch (report.state) {
    case audit::VerifyReport::State::Intact:
      return place + ": intact: run " + report.run_id + ", " + std::to_string(report.records) +
             " records, sha256 " + report.last_hash + "\n  signed by " +
             base::enumerate(report.signers) + ", as expected\n";
    case audit::VerifyReport::State::Open:
      return place + ": open: run " + report.run_id + " has no end yet after " +
             std::to_string(report.records) + " records, " + std::to_string(report.signed_records) +
             " of them signed" + (report.reason.empty() ? "" : ": " + report.reason) + "\n";
    case audit::VerifyReport::State::Broken:
      break;
  }
  return place + ": broken: " + report.reason + "\n";
}

nlohmann::json record_of(const std::string& word, const Result<CheckedLog>& log) {
  nlohmann::json record = to_json(log ? log->report : audit::VerifyReport()).raw();
  record["path"] = log ? log->path.string() : word;
  if (!log) {
    record["state"] = "unreadable";
    record["reason"] = log.error().text();
  }
  return record;
}

}  // namespace

int audit_verify_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  const auto trust = trust_in(arguments.audit_keys);
  if (!trust) {
    return fail(environment, trust.error());
  }
  int code = kOk;
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& word : arguments.names) {
    const auto log = checked_log(word, *trust);
    list.push_back(record_of(word, log));
    if (!log) {
      const int failed = fail(environment, log.error());
      code = code == kOk ? failed : code;
      continue;
    }
    // That a log is not as it was written weighs more than that another was not found.
    code = log->report.state == audit::VerifyReport::State::Intact ? code : kRunFailed;
    if (arguments.global.output == Output::Text) {
      terminal.out(base::printable_lines(to_text(log->path.string(), log->report)));
    }
  }
  if (arguments.global.output == Output::Json) {
    terminal.out(json_line({{"schemaVersion", 1}, {"logs", std::move(list)}}));
  }
  return code;
}

}  // namespace cfkops::cli
