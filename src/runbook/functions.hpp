#pragma once

#include "ast.hpp"
#include "regex.hpp"

#include "cfkops/runbook/type.hpp"
#include "cfkops/runbook/value.hpp"

#include <tl/expected.hpp>

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// A value, or what is wrong in words; the evaluator knows where.
using Computed = tl::expected<Value, std::string>;

/// What a function may use while it runs.
struct FunctionCall {
  std::span<const Value> arguments;  ///< the receiver first
  RegexCache& regexes;
};

/// What a call costs beside what its arguments are made of at the top.
enum class Cost {
  Top,       ///< nothing
  Walk,      ///< all of what the arguments hold
  Replace,   ///< text as long as the result, which may be much longer
  Split,     ///< one element for each part
  TimeZone,  ///< a time zone, which is looked up by name
};

/// One function of the language: `name(a, b)`, or `a.name(b)`, or both.
struct Function {
  std::string_view name;
  bool global = true;
  bool method = false;
  std::size_t least = 1;  ///< arguments, the receiver counted
  std::size_t most = 1;
  Computed (*run)(const FunctionCall& call) = nullptr;
  std::string_view signature;  ///< for documentation: "text.contains(part) → bool"
  Cost cost = Cost::Top;
  bool passes_on = false;  ///< it looks at nothing, so that a secret may pass
};

/// All functions, sorted by name.
[[nodiscard]] std::span<const Function> all_functions();

/// The function of that name, or nullptr.
[[nodiscard]] const Function* find_function(std::string_view name);

/// `a op b` for every operator but && || ! and the unary minus.
[[nodiscard]] Computed apply(ast::Operator op, const Value& a, const Value& b);

/// `-a`
[[nodiscard]] Computed negate(const Value& a);

/// How two values of an ordered type compare; nothing where there is no order.
[[nodiscard]] std::optional<std::partial_ordering> order(const Value& a, const Value& b);

/// What is wrong, as a function or operator says it.
[[nodiscard]] tl::unexpected<std::string> wrong(std::string message);

/// "no function takes (int, string)", for arguments of the wrong types.
[[nodiscard]] tl::unexpected<std::string> no_overload(std::string_view name,
                                                      std::span<const Value> arguments);

}  // namespace cfkops::runbook
