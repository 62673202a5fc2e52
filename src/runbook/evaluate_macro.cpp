#include "evaluator.hpp"
#include "map_value.hpp"
#include "price.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::runbook {

using ast::Node;

Evaluator::Scoped::Scoped(Evaluator& evaluator, const Node& node, const ValueEntry& item)
    : evaluator_(evaluator),
      before_(evaluator.locals_.size()) {
  if (node.second.empty()) {
    evaluator.locals_.push_back({&node.variable, item.value});
    return;
  }
  evaluator.locals_.push_back({&node.variable, item.key});
  evaluator.locals_.push_back({&node.second, item.value});
}

Evaluator::Scoped::~Scoped() {
  while (evaluator_.locals_.size() > before_) {
    evaluator_.locals_.pop_back();
  }
}

Evaluator::Range::Range(Value target, bool keys)
    : target_(std::move(target)),
      entries_(entries_of(target_)) {
  for (ValueEntry& entry : entries_) {
    entry.value = keys ? entry.key : entry.value;
  }
}

std::size_t Evaluator::Range::size() const {
  return target_.list() != nullptr ? target_.list()->size() : entries_.size();
}

ValueEntry Evaluator::Range::at(std::size_t index) const {
  const ValueList* items = target_.list();
  return items != nullptr ? ValueEntry{Value(static_cast<std::int64_t>(index)), (*items)[index]}
                          : entries_[index];
}

Result<Evaluator::Range> Evaluator::range(const Node& node) {
  CFKOPS_ASSIGN(Value target, value_of(node.child(0)));
  if (target.list() == nullptr && !is_map(target)) {
    return fail(node.child(0), fmt::format("expected a list or a map, got {}", target.type_name()));
  }
  CFKOPS_TRY(spend(is_map(target) ? price_of_top(target) : 0, node.child(0)));
  return Range(std::move(target), node.second.empty());
}

Result<Value> Evaluator::macro(const Node& node) {
  if (node.name == "optMap" || node.name == "optFlatMap") {
    return optional_macro(node);
  }
  CFKOPS_ASSIGN(const Range items, range(node));
  if (node.name == "all" || node.name == "exists") {
    return quantifier(node, items, node.name == "exists");
  }
  return node.name == "exists_one" ? exists_one(node, items) : transform(node, items);
}

/// Whether a filter, or the condition of a map, lets the element through.
Result<bool> Evaluator::wanted(const Node& node) {
  const bool filters = node.name == "filter" || node.children.size() == 3;
  return filters ? condition(node.child(1)) : Result<bool>(true);
}

/// filter, map, transformList and transformMap.
Result<Value> Evaluator::transform(const Node& node, const Range& items) {
  ValueEntries kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ValueEntry item = items.at(i);
    const Scoped scoped(*this, node, item);
    CFKOPS_ASSIGN(const bool keep, wanted(node));
    if (!keep) {
      continue;
    }
    if (node.name == "filter") {
      kept.push_back(item);
      continue;
    }
    CFKOPS_ASSIGN(Value mapped, value_of(*node.children.back()));
    kept.push_back({item.key, std::move(mapped)});
  }
  if (node.name == "transformMap") {
    return computed(make_map(std::move(kept)), node);
  }
  ValueList values;
  values.reserve(kept.size());
  for (ValueEntry& entry : kept) {
    values.push_back(std::move(entry.value));
  }
  return Value(std::move(values));
}

/// all() is && over the elements, exists() is ||.
Result<Value> Evaluator::quantifier(const Node& node, const Range& items, bool decisive) {
  std::optional<Error> error;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ValueEntry item = items.at(i);
    const Scoped scoped(*this, node, item);
    const auto settled = judge(value_of(node.child(1)), node.child(1), decisive, error);
    if (settled) {
      return *settled;
    }
  }
  return error ? Result<Value>(*std::move(error)) : Value(!decisive);
}

Result<Value> Evaluator::exists_one(const Node& node, const Range& items) {
  int count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const ValueEntry item = items.at(i);
    const Scoped scoped(*this, node, item);
    CFKOPS_ASSIGN(const bool truth, condition(node.child(1)));
    count += truth ? 1 : 0;
  }
  return Value(count == 1);
}

Result<Value> Evaluator::optional_macro(const Node& node) {
  CFKOPS_ASSIGN(const Value target, value_of(node.child(0)));
  const auto* optional = target.as<OptionalValue>();
  if (optional == nullptr) {
    return fail(node, fmt::format("{} takes an optional, got {}", node.name, target.type_name()));
  }
  if (optional->value == nullptr) {
    return target;
  }
  const Scoped scoped(*this, node, {Value(), *optional->value});
  CFKOPS_ASSIGN(Value result, value_of(node.child(1)));
  if (node.name == "optMap") {
    return Value(OptionalValue{std::make_shared<const Value>(std::move(result))});
  }
  return result.as<OptionalValue>() != nullptr
             ? Result<Value>(std::move(result))
             : fail(node.child(1),
                    fmt::format("optFlatMap needs an optional, got {}", result.type_name()));
}

}  // namespace cfkops::runbook
