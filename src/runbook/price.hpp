#pragma once

#include "functions.hpp"

#include <vector>

/// What evaluating costs beside a step for each node. No price is more than the whole budget.
namespace cfkops::runbook {

/// What making the top of a value costs: its sixteen-byte pieces, or its elements. What it holds is
/// shared.
[[nodiscard]] int price_of_top(const Value& value);

/// What an operator looks at before it has its result.
[[nodiscard]] int price_of(ast::Operator op, const Value& a, const Value& b);

/// What a function looks at before it has its result.
[[nodiscard]] int price_of(const Function& function, const std::vector<Value>& arguments);

}  // namespace cfkops::runbook
