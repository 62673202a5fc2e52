#include "commands.hpp"
#include "exit_code.hpp"
#include "json_line.hpp"

#include "cfkops/base/display.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/sandbox/scenario.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::cli {
namespace {

struct Row {
  std::string name;
  std::string summary;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const sandbox::BuiltinScenario& one : sandbox::builtin_scenarios()) {
    const auto scenario = sandbox::load_scenario(one.text, std::string(one.name));
    all.push_back({std::string(one.name), scenario ? scenario->summary : std::string()});
  }
  return all;
}

std::string to_text(const std::vector<Row>& rows) {
  std::size_t width = 4;
  for (const Row& row : rows) {
    width = std::max(width, row.name.size());
  }
  std::string text = base::padded("NAME", width) + "  SUMMARY\n";
  for (const Row& row : rows) {
    text += base::padded(row.name, width) + "  " + row.summary + "\n";
  }
  return text;
}

}  // namespace

int sandbox_scenarios_command(const Arguments& arguments, const AppEnvironment& environment) {
  const std::vector<Row> all = rows();
  if (arguments.global.output == Output::Text) {
    environment.terminal.out(base::printable_lines(to_text(all)));
    return kOk;
  }
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : all) {
    list.push_back({{"name", row.name}, {"summary", row.summary}});
  }
  environment.terminal.out(json_line({{"schemaVersion", 1}, {"scenarios", std::move(list)}}));
  return kOk;
}

}  // namespace cfkops::cli
