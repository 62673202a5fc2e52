#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// One key of the runbook format: what the parser accepts is what `explain` and the documentation
/// tell.
struct KeySpec {
  std::string_view where;  ///< "runbook" "param" "check" "guard" "window" "step" "attempts" "each"
                           ///< "rollback"
  std::string_view key;
  std::string_view type;  ///< for people: "string", "list of steps", "duration"
  bool required = false;
  std::string_view doc;
  std::string_view example;
};

/// Every key of the format, grouped by `where`, in the house order.
[[nodiscard]] std::span<const KeySpec> all_keys();

/// Help on "step", "step.attempts", "param.type"; empty where there is no such path.
[[nodiscard]] std::string explain_key(std::string_view path);

}  // namespace cfkops::runbook
