#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"
#include "library.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/shell_word.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/runbook/loader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::cli {
namespace {

struct Row {
  RunbookPlace place;
  std::string title;
  std::string risk;
};

Row row_of(const RunbookPlace& place) {
  const auto file = read_runbook(place);
  if (file) {
    const auto loaded = runbook::load_runbook(file->text, place.path);
    if (loaded) {
      return {place, loaded->title, loaded->risk};
    }
  }
  return {place, "(cannot be loaded: cfkops lint " + base::shell_word(place.path) + ")", ""};
}

std::string to_text(const std::vector<Row>& rows) {
  std::size_t width = 4;
  for (const Row& row : rows) {
    width = std::max(width, row.place.name.size());
  }
  const auto line = [width](const std::string& name,
                            const std::string& risk,
                            const std::string& origin,
                            const std::string& title) {
    return base::padded(name, width) + "  " + base::padded(risk, 6) + "  " +
           base::padded(origin, 10) + "  " + title + "\n";
  };
  std::string text = line("NAME", "RISK", "FROM", "TITLE");
  for (const Row& row : rows) {
    text += line(row.place.name, row.risk, row.place.origin, row.title);
  }
  return text;
}

}  // namespace

int list_command(const Arguments& arguments, const AppEnvironment& environment) {
  std::vector<Row> rows;
  for (const RunbookPlace& place : runbooks_by_name()) {
    rows.push_back(row_of(place));
  }
  if (arguments.global.output == Output::Text) {
    environment.terminal.out(base::printable_lines(to_text(rows)));
    return kOk;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) {
    list.push_back({{"name", row.place.name},
                    {"title", row.title},
                    {"risk", row.risk},
                    {"origin", row.place.origin},
                    {"path", row.place.path}});
  }
  environment.terminal.out(json_line({{"schemaVersion", 1}, {"runbooks", std::move(list)}}));
  return kOk;
}

}  // namespace cfkops::cli
