#include "price.hpp"

#include "builtins.hpp"
#include "evaluate.hpp"
#include "map_value.hpp"

#include <algorithm>
#include <cstdint>

namespace cfkops::runbook {

namespace {

/// The price of so many steps, as a number that cannot overflow a sum.
int steps_for(std::uint64_t count) {
  return static_cast<int>(std::min<std::uint64_t>(count, kStepBudget));
}

/// What has to be paid before a result is made that may be much larger than its arguments.
std::uint64_t price_of_result(const Function& function, const std::vector<Value>& arguments) {
  constexpr std::uint64_t kZone = 500;
  if (function.cost == Cost::TimeZone) {
    return arguments.size() > 1 ? kZone : 0;
  }
  if (function.cost != Cost::Replace && function.cost != Cost::Split) {
    return 0;
  }
  const auto* text = arguments[0].as<std::string>();
  const auto* part = arguments[1].as<std::string>();
  if (text == nullptr || part == nullptr) {
    return 0;
  }
  const std::uint64_t parts = count_parts(*text, *part);
  return function.cost == Cost::Split ? parts : parts * arguments[2].weight();
}

}  // namespace

int price_of_top(const Value& value) {
  if (value.as<OptionalValue>() != nullptr) {
    return 1;
  }
  if (const ValueList* list = value.list()) {
    return steps_for(list->size());
  }
  return steps_for(is_map(value) ? map_size(value) : value.weight() - 1);
}

int price_of(ast::Operator op, const Value& a, const Value& b) {
  const auto least = [](const Value& x, const Value& y) {
    return std::min<std::uint64_t>(x.weight(), y.weight()) - 1;
  };
  switch (op) {
    case ast::Operator::In: {
      const std::uint64_t count = b.list() == nullptr ? 1 : b.list()->size();
      return steps_for(std::min<std::uint64_t>(b.weight(), count * a.weight()));
    }
    case ast::Operator::Equal:
    case ast::Operator::NotEqual:
    case ast::Operator::Less:
    case ast::Operator::LessEqual:
    case ast::Operator::Greater:
    case ast::Operator::GreaterEqual:
      return steps_for(least(a, b));
    default:
      return 0;
  }
}

int price_of(const Function& function, const std::vector<Value>& arguments) {
  std::uint64_t price = 0;
  for (const Value& argument : arguments) {
    const bool walks = function.cost == Cost::Walk;
    price += walks ? argument.weight() - 1 : static_cast<std::uint32_t>(price_of_top(argument));
  }
  return steps_for(price + price_of_result(function, arguments));
}

}  // namespace cfkops::runbook
