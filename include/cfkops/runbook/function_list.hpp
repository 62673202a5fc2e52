#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A function of expressions, for `explain`.
struct FunctionHelp {
  std::string_view name;
  std::string_view signature;  ///< "text.contains(part) → bool"; of several forms, all of them
};

/// All functions, sorted by name; those with the same name stand side by side.
[[nodiscard]] std::vector<FunctionHelp> function_list();

}  // namespace cfkops::runbook
