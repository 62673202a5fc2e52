#include "price.hpp"

#include "evaluate.hpp"

#include <algorithm>
#include <cstdint>

namespace cfkops::runbook {

namespace {

/// The price of so many steps, as a number that cannot overflow a sum.
int steps_for(std::uint64_t count) {
  return static_cast<int>(std::min<std::uint64_t>(count, kStepBudget));
}

}  // namespace

int price_of_top(const Value& value) {
  if (const ValueList* list = value.list()) {
    return steps_for(list->size());
  }
  const ValueMap* map = value.map();
  return steps_for(map != nullptr ? map->size() : value.weight() - 1);
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
  const bool walks = function.name == "join" || function.name == "min" || function.name == "max";
  std::uint64_t price = 0;
  for (const Value& argument : arguments) {
    price += walks ? argument.weight() - 1 : static_cast<std::uint32_t>(price_of_top(argument));
  }
  return steps_for(price);
}

}  // namespace cfkops::runbook
