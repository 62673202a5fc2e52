#pragma once

#include "lint_context.hpp"

#include "cfkops/runbook/model.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

// What several rules want to know of a step.
namespace cfkops::runbook::rules {

/// The argument of that name as it is written, or nullptr.
[[nodiscard]] const ArgumentValue* argument(const Step& step, std::string_view name);

/// The text, number or truth that stands there as it is; nothing of an expression, a list or a map.
[[nodiscard]] std::optional<std::string> literal(const ArgumentValue* value);

/// The same of a step's argument, in lower case.
[[nodiscard]] std::string literal_word(const Step& step, std::string_view name);

/// Where a value stands, to underline it.
[[nodiscard]] Span span_of(const ArgumentValue& value);

/// The place of a step's id.
[[nodiscard]] Span span_of(const Step& step);

/// Tells `visit` of each value in `value`, itself included, with the key it stands under.
void each_value(std::string_view key,
                const ArgumentValue& value,
                const std::function<void(std::string_view key, const ArgumentValue& value)>& visit);

/// Tells `visit` of each expression of a check.
void each_expression(const CheckEntry& entry, const std::function<void(const Expression&)>& visit);

/// Tells `visit` of each expression of a step and of those in it.
void each_expression(const Step& step, const std::function<void(const Expression&)>& visit);

/// Whether a check of that kind is asked before the step: by the prerequisites of the runbook, or
/// of an included one that it is in.
[[nodiscard]] bool asked_before(const LintContext& context,
                                const PlacedStep& placed,
                                std::string_view kind);

/// The step of this file that a finding about `placed` is to be told at.
[[nodiscard]] const Step& told_at(const PlacedStep& placed);

/// It evicts or deletes pods.
[[nodiscard]] bool removes_pods(const PlacedStep& placed);

/// The program and its arguments that a step runs, where it runs one; what is not written as it is
/// reads "".
[[nodiscard]] std::vector<std::string> command_line(const Step& step);

/// The script where the program is a shell that is given one, or "".
[[nodiscard]] std::string shell_script(const std::vector<std::string>& command);

}  // namespace cfkops::runbook::rules
