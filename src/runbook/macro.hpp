#pragma once

#include "ast.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// Whether range.name(x, …) is a macro, which binds names, and no call.
[[nodiscard]] bool is_macro(std::string_view name);

/// What is wrong with a macro, and at which byte.
struct MacroProblem {
  std::size_t offset = 0;
  std::string message;
};

/// Turns the call range.name(variable, body…) into a macro; what is wrong where it is none.
[[nodiscard]] std::optional<MacroProblem> make_macro(ast::Node& call);

}  // namespace cfkops::runbook
