#include "kinds/access_modes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

std::string access_modes_text(const Value& modes) {
  constexpr std::array<std::pair<const char*, const char*>, 4> kShort = {
      {{"ReadWriteOnce", "RWO"},
       {"ReadOnlyMany", "ROX"},
       {"ReadWriteMany", "RWX"},
       {"ReadWriteOncePod", "RWOP"}}};
  std::vector<std::string> texts;
  for (const auto& [mode, text] : kShort) {
    if (std::ranges::find(modes, Value(mode)) != modes.end()) {
      texts.emplace_back(text);
    }
  }
  return fmt::format("{}", fmt::join(texts, ","));
}

void validate_access_modes(const Value& modes, FieldErrors& errors) {
  const std::vector<std::string> known = {
      "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
  bool of_one_pod = false;
  bool others = false;
  for (const Value& mode : modes) {
    const std::string word = text_at(mode, {});
    const bool supported = std::ranges::find(known, word) != known.end();
    if (!supported) {
      errors.not_supported("spec.accessModes", mode, known);
    }
    of_one_pod = of_one_pod || word == "ReadWriteOncePod";
    others = others || (supported && word != "ReadWriteOncePod");
  }
  if (of_one_pod && others) {
    errors.forbidden("spec.accessModes", "may not use ReadWriteOncePod with other access modes");
  }
}

}  // namespace cfkops::sandbox
