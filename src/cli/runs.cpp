#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "run_store.hpp"

#include "cfkops/audit/verify.hpp"
#include "cfkops/base/display.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {
namespace {

/// A run as its log tells it.
struct RunRow {
  std::string id;
  std::string started;
  std::string runbook;
  std::string ns;
  std::string result;
};

Result<std::vector<audit::LogLine>> lines_of(const std::string& word) {
  CFKOPS_ASSIGN(const std::filesystem::path path, find_log(word));
  CFKOPS_ASSIGN(const std::string text, base::read_file(path, std::size_t{1} << 30U));
  return audit::read_log(text);
}

RunRow row_of(const std::string& id) {
  const auto lines = lines_of(id);
  if (!lines || lines->empty()) {
    return {id, "", "", "", lines ? "empty log" : "log is broken"};
  }
  const audit::LogLine& first = lines->front();
  const audit::LogLine& last = lines->back();
  return {.id = id,
          .started = first.time,
          .runbook = first.data.string_or("/runbook/name", ""),
          .ns = first.data.string_or("/namespace", ""),
          .result = last.phase == "end" ? last.data.string_or("/result", "") : "open"};
}

std::string line_text(const audit::LogLine& line) {
  const std::string said = line.data.string_or("/text", "");
  return line.time + "  " + base::padded(line.phase, 8) + "  " + base::padded(line.step, 10) +
         "  " + (said.empty() ? line.data.dump() : said) + "\n";
}

std::string row_text(const RunRow& row) {
  return base::padded(row.id, 22) + "  " + base::padded(row.started, 27) + "  " +
         base::padded(row.runbook, 16) + "  " + base::padded(row.ns, 12) + "  " + row.result + "\n";
}

}  // namespace

int runs_list_command(const Arguments& arguments, const AppEnvironment& environment) {
  std::vector<RunRow> rows;
  for (const std::string& id : run_ids()) {
    rows.push_back(row_of(id));
  }
  if (arguments.global.output == Output::Json) {
    nlohmann::json list = nlohmann::json::array();
    for (const RunRow& row : rows) {
      list.push_back({{"run", row.id},
                      {"started", row.started},
                      {"runbook", row.runbook},
                      {"namespace", row.ns},
                      {"result", row.result}});
    }
    environment.terminal.out(json_line({{"schemaVersion", 1}, {"runs", std::move(list)}}));
    return kOk;
  }
  std::string text = row_text({.id = "RUN",
                               .started = "STARTED",
                               .runbook = "RUNBOOK",
                               .ns = "NAMESPACE",
                               .result = "RESULT"});
  for (const RunRow& row : rows) {
    text += row_text(row);
  }
  environment.terminal.out(base::printable_lines(text));
  return kOk;
}

int runs_show_command(const Arguments& arguments, const AppEnvironment& environment) {
  const auto lines = lines_of(arguments.names.front());
  if (!lines) {
    return fail(environment, lines.error());
  }
  if (arguments.global.output == Output::Json) {
    nlohmann::json list = nlohmann::json::array();
    for (const audit::LogLine& line : *lines) {
      list.push_back({{"seq", line.sequence},
                      {"time", line.time},
                      {"phase", line.phase},
                      {"step", line.step},
                      {"attempt", line.attempt},
                      {"data", line.data.raw()}});
    }
    environment.terminal.out(json_line({{"schemaVersion", 1}, {"records", std::move(list)}}));
    return kOk;
  }
  std::string text;
  for (const audit::LogLine& line : *lines) {
    text += line_text(line);
  }
  environment.terminal.out(base::printable_lines(text));
  return kOk;
}

}  // namespace cfkops::cli
