#pragma once

#include "ast.hpp"

#include "cfkops/runbook/expression.hpp"

#include <cstdint>
#include <string>

namespace cfkops::runbook {

/// What one evaluation may cost, counted in nodes visited, in sixteen-byte pieces of text and
/// elements of lists made, and in the pieces of values that are walked (Value::weight).
inline constexpr int kStepBudget = 100'000;

/// How many pieces the value of an expression may have. It may be written out, and a list can hold
/// one element many times over.
inline constexpr std::uint32_t kMaxWeight = 1'000'000;

/// The value of `root`, the tree of `expression`. Errors as Expression::evaluate.
[[nodiscard]] Result<Value> evaluate_tree(const ast::Node& root,
                                          const Expression& expression,
                                          const Bindings& bindings);

/// The values worth telling, as Expression::explain.
[[nodiscard]] std::string explain_tree(const ast::Node& root,
                                       const Expression& expression,
                                       const Bindings& bindings);

}  // namespace cfkops::runbook
