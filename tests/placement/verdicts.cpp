#include "cfkops/base/json.hpp"
#include "cfkops/placement/placement.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

// Reads one document a line from standard input, {"node": NAME, "view": {"nodes": […], "pods": […],
// …}}, and prints the forecast of draining the node as one line of JSON for each.

namespace cfkops::placement {
namespace {

View view_of(const Json& json) {
  return {json.items("/nodes"),
          json.items("/pods"),
          json.items("/claims"),
          json.items("/volumes"),
          json.items("/classes"),
          json.items("/namespaces"),
          json.items("/csi_nodes")};
}

nlohmann::json json_of(const Forecast& forecast) {
  nlohmann::json pods = nlohmann::json::array();
  for (const Placement& one : forecast.pods) {
    pods.push_back({{"namespace", one.ns},
                    {"pod", one.pod},
                    {"verdict", std::string(to_string(one.verdict))},
                    {"node", one.node},
                    {"why", one.why}});
  }
  return {{"verdict", std::string(to_string(forecast.verdict))}, {"pods", std::move(pods)}};
}

int answer_all() {
  std::string line;
  int number = 0;
  while (std::getline(std::cin, line)) {
    ++number;
    const auto json = Json::parse(line);
    const auto node = json ? json->string_at("/node") : Result<std::string>(std::string());
    if (!json || !node) {
      std::cerr << "verdicts: line " << number << ": "
                << (json ? node.error().message : json.error().message)
                << "; next: give {\"node\": NAME, \"view\": {…}} on each line\n";
      return 2;
    }
    std::cout << json_of(drain(view_of(json->get("/view")), *node)).dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace cfkops::placement

int main() {
  return cfkops::placement::answer_all();
}
