#include "commands.hpp"
#include "exit_code.hpp"
#include "run_store.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/file.hpp"

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

}  // namespace

int audit_verify_command(const Arguments& arguments, const AppEnvironment& environment) {
  Terminal& terminal = environment.terminal;
  bool all_intact = true;
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& word : arguments.names) {
    const auto path = find_log(word);
    if (!path) {
      return fail(terminal, path.error());
    }
    const auto text = base::read_file(*path, std::size_t{1} << 30U);
    if (!text) {
      return fail(terminal, text.error());
    }
    const audit::VerifyReport report = audit::verify(*text);
    all_intact = all_intact && report.state == audit::VerifyReport::State::Intact;
    list.push_back({{"path", path->string()},
                    {"state", state_name(report.state)},
                    {"run", report.run_id},
                    {"records", report.records},
                    {"sha256", report.last_hash},
                    {"line", report.line},
                    {"reason", report.reason}});
    if (arguments.global.output == Output::Text) {
      terminal.out(to_text(path->string(), report));
    }
  }
  if (arguments.global.output == Output::Json) {
    terminal.out(nlohmann::json{{"schemaVersion", 1}, {"logs", std::move(list)}}.dump() + "\n");
  }
  return all_intact ? kOk : kRunFailed;
}

}  // namespace cfkops::cli
