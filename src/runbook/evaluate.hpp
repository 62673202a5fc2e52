#pragma once

#include "ast.hpp"

#include "cfkops/runbook/expression.hpp"

#include <string>

namespace cfkops::runbook {

/// What one evaluation may cost, counted in nodes visited and sixteen-byte pieces of text made.
inline constexpr int kStepBudget = 100'000;

/// The value of `root`, the tree of `expression`. Errors as Expression::evaluate.
[[nodiscard]] Result<Value> evaluate_tree(const ast::Node& root,
                                          const Expression& expression,
                                          const Bindings& bindings);

/// The values worth telling, as Expression::explain.
[[nodiscard]] std::string explain_tree(const ast::Node& root,
                                       const Expression& expression,
                                       const Bindings& bindings);

}  // namespace cfkops::runbook
