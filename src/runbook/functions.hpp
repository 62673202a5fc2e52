#pragma once

#include "ast.hpp"
#include "regex.hpp"

#include "cfkops/runbook/type.hpp"
#include "cfkops/runbook/value.hpp"

#include <tl/expected.hpp>

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

/// One function of the language: `name(a, b)`, or `a.name(b)`, or both.
struct Function {
  std::string_view name;
  bool global = true;
  bool method = false;
  std::size_t least = 1;  ///< arguments, the receiver counted
  std::size_t most = 1;
  Computed (*run)(const FunctionCall& call) = nullptr;
  std::string_view signature;  ///< for documentation: "text.contains(part) → bool"
};

/// All functions, sorted by name.
[[nodiscard]] std::span<const Function> all_functions();

/// The function of that name, or nullptr.
[[nodiscard]] const Function* find_function(std::string_view name);

/// `a op b` for every operator but && || ! and the unary minus.
[[nodiscard]] Computed apply(ast::Operator op, const Value& a, const Value& b);

/// `-a`
[[nodiscard]] Computed negate(const Value& a);

/// What is wrong, as a function or operator says it.
[[nodiscard]] tl::unexpected<std::string> wrong(std::string message);

/// "no function takes (int, string)", for arguments of the wrong types.
[[nodiscard]] tl::unexpected<std::string> no_overload(std::string_view name,
                                                      std::span<const Value> arguments);

// The functions about time and about conversion, in files of their own.
[[nodiscard]] Computed to_duration_function(const FunctionCall& call);
[[nodiscard]] Computed to_timestamp_function(const FunctionCall& call);
[[nodiscard]] Computed get_full_year(const FunctionCall& call);
[[nodiscard]] Computed get_month(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_month(const FunctionCall& call);
[[nodiscard]] Computed get_date(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_week(const FunctionCall& call);
[[nodiscard]] Computed get_day_of_year(const FunctionCall& call);
[[nodiscard]] Computed get_hours(const FunctionCall& call);
[[nodiscard]] Computed get_minutes(const FunctionCall& call);
[[nodiscard]] Computed get_seconds(const FunctionCall& call);
[[nodiscard]] Computed get_milliseconds(const FunctionCall& call);
[[nodiscard]] Computed to_int_function(const FunctionCall& call);
[[nodiscard]] Computed to_uint_function(const FunctionCall& call);
[[nodiscard]] Computed to_double_function(const FunctionCall& call);
[[nodiscard]] Computed to_bool_function(const FunctionCall& call);
[[nodiscard]] Computed to_string_function(const FunctionCall& call);
[[nodiscard]] Computed to_bytes_function(const FunctionCall& call);

/// CEL's text of a duration ("90.5s") and of a time ("2026-11-23T07:25:01.5Z").
[[nodiscard]] std::string cel_text(Duration duration);
[[nodiscard]] std::string cel_text(WallTime time);

}  // namespace cfkops::runbook
