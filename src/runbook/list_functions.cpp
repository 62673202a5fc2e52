#include "builtins.hpp"
#include "moment.hpp"
#include "number.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cfkops::runbook {

namespace {

/// The candidates of min and max: the arguments, or the elements of the only one.
std::span<const Value> candidates(const FunctionCall& call) {
  const ValueList* list = call.arguments.size() == 1 ? call.arguments[0].list() : nullptr;
  return list == nullptr ? call.arguments : std::span<const Value>(*list);
}

Computed extreme(std::string_view name, ast::Operator better, const FunctionCall& call) {
  const std::span<const Value> values = candidates(call);
  if (values.empty()) {
    return wrong(fmt::format("{} of an empty list", name));
  }
  const Value* best = &values[0];
  for (const Value& value : values) {
    const Computed wins = apply(better, value, *best);
    if (!wins) {
      return wrong(fmt::format("{}: {}", name, wins.error()));
    }
    best = *wins->as<bool>() ? &value : best;
  }
  return *best;
}

}  // namespace

Computed min_of(const FunctionCall& call) {
  return extreme("min", ast::Operator::Less, call);
}

Computed max_of(const FunctionCall& call) {
  return extreme("max", ast::Operator::Greater, call);
}

Computed join(const FunctionCall& call) {
  const ValueList* list = call.arguments[0].list();
  const Value empty("");
  const auto* separator = (call.arguments.size() > 1 ? call.arguments[1] : empty).as<std::string>();
  if (list == nullptr || separator == nullptr) {
    return no_overload("join", call.arguments);
  }
  std::vector<std::string> parts;
  for (const Value& item : *list) {
    const auto* text = item.as<std::string>();
    if (text == nullptr) {
      return wrong(fmt::format(
          "join takes a list of strings, element {} is {}", parts.size() + 1, item.type_name()));
    }
    parts.push_back(*text);
  }
  return Value(base::join(parts, *separator));
}

Computed is_sorted(const FunctionCall& call) {
  const ValueList* list = call.arguments[0].list();
  if (list == nullptr) {
    return no_overload("isSorted", call.arguments);
  }
  for (std::size_t i = 1; i < list->size(); ++i) {
    const Computed ordered = apply(ast::Operator::LessEqual, (*list)[i - 1], (*list)[i]);
    if (!ordered) {
      return wrong(fmt::format("isSorted: {}", ordered.error()));
    }
    if (!*ordered->as<bool>()) {
      return Value(false);
    }
  }
  return Value(true);
}

Computed sum_of(const FunctionCall& call) {
  const ValueList* list = call.arguments[0].list();
  if (list == nullptr) {
    return no_overload("sum", call.arguments);
  }
  const auto addable = [](const Value& value) {
    return compare_numbers(value, value).has_value() || duration_nanos(value).has_value();
  };
  Value sum(0);
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!addable((*list)[i])) {
      return wrong(fmt::format("sum takes a list of numbers or durations, element {} is {}",
                               i + 1,
                               (*list)[i].type_name()));
    }
    Computed next = i == 0 ? Computed((*list)[0]) : apply(ast::Operator::Add, sum, (*list)[i]);
    if (!next) {
      return wrong(fmt::format("sum: {}", next.error()));
    }
    sum = *std::move(next);
  }
  return sum;
}

Computed index_in_list(const FunctionCall& call, bool last) {
  const ValueList& list = *call.arguments[0].list();
  if (call.arguments.size() != 2) {
    return no_overload(last ? "lastIndexOf" : "indexOf", call.arguments);
  }
  std::int64_t found = -1;
  for (std::size_t i = 0; i < list.size() && (last || found < 0); ++i) {
    found = list[i] == call.arguments[1] ? static_cast<std::int64_t>(i) : found;
  }
  return Value(found);
}

}  // namespace cfkops::runbook
