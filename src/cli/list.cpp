#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/runbook/loader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::cli {
namespace {

struct Row {
  std::string name;
  std::string title;
  std::string risk;
  std::string origin;
  std::string path;
};

Row row_of(const RunbookFile& file) {
  const auto loaded = runbook::load_runbook(file.text, file.path);
  if (!loaded) {
    return {
        file.name, "(cannot be loaded: cfkops lint " + file.path + ")", "", file.origin, file.path};
  }
  return {file.name, loaded->title, loaded->risk, file.origin, file.path};
}

}  // namespace

int list_command(const Arguments& arguments, const AppEnvironment& environment) {
  std::vector<Row> rows;
  std::size_t width = 4;
  for (const RunbookFile& file : all_runbooks()) {
    rows.push_back(row_of(file));
    width = std::max(width, rows.back().name.size());
  }
  if (arguments.global.output == Output::Json) {
    nlohmann::json list = nlohmann::json::array();
    for (const Row& row : rows) {
      list.push_back({{"name", row.name},
                      {"title", row.title},
                      {"risk", row.risk},
                      {"origin", row.origin},
                      {"path", row.path}});
    }
    environment.terminal.out(json_line({{"schemaVersion", 1}, {"runbooks", std::move(list)}}));
    return kOk;
  }
  const auto padded = [](std::string text, std::size_t to) {
    text.resize(std::max(to, text.size()), ' ');
    return text + "  ";
  };
  std::string text = padded("NAME", width) + padded("RISK", 6) + padded("FROM", 10) + "TITLE\n";
  for (const Row& row : rows) {
    text +=
        padded(row.name, width) + padded(row.risk, 6) + padded(row.origin, 10) + row.title + "\n";
  }
  environment.terminal.out(text);
  return kOk;
}

}  // namespace cfkops::cli
