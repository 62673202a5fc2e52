#pragma once

#include "ast.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

/// Whether range.name(x, …) is a macro, which binds names, and no call.
[[nodiscard]] bool is_macro(std::string_view name);

/// How each macro is written, by name: "list.all(x, …) or list.all(i, x, …)".
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> macro_signatures();

/// What is wrong with a macro, and at which byte.
struct MacroProblem {
  std::size_t offset = 0;
  std::string message;
};

/// Turns the call range.name(variable, body…) into a macro; what is wrong where it is none.
[[nodiscard]] std::optional<MacroProblem> make_macro(ast::Node& call);

}  // namespace cfkops::runbook
