#include "cfkops/sandbox/scenario.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

bool is_path(const std::string& name) {
  constexpr std::array<std::string_view, 3> kEndings = {".yaml", ".yml", ".json"};
  return name.find('/') != std::string::npos ||
         std::ranges::any_of(kEndings,
                             [&name](std::string_view ending) { return name.ends_with(ending); });
}

Error unknown_name(const std::string& name) {
  std::vector<std::string> names;
  for (const BuiltinScenario& one : builtin_scenarios()) {
    names.emplace_back(one.name);
  }
  return make_error(
      ErrorCode::InvalidInput,
      fmt::format("there is no scenario '{}'{}", name, base::did_you_mean(name, names)),
      fmt::format("name one of {}, or a file, such as ./{}.yaml",
                  base::enumerate(names, names.size()),
                  name.empty() ? "scenario" : name));
}

}  // namespace

tl::expected<Scenario, std::vector<Error>> find_scenario(const std::string& name) {
  if (is_path(name)) {
    const Result<std::string> text = base::read_file(name);
    if (!text) {
      return tl::unexpected(std::vector<Error>{text.error()});
    }
    return load_scenario(*text, name);
  }
  for (const BuiltinScenario& one : builtin_scenarios()) {
    if (one.name == name) {
      return load_scenario(one.text, fmt::format("{}.yaml", name));
    }
  }
  return tl::unexpected(std::vector<Error>{unknown_name(name)});
}

}  // namespace cfkops::sandbox
