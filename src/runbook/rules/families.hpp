#pragma once

#include "cfkops/runbook/rule.hpp"

#include <span>

namespace cfkops::runbook {

class LintContext;

namespace rules {

/// A rule with the function that looks for it in a runbook that could be loaded; nullptr where the
/// loader finds it, or the walk over the expressions in lint.cpp.
struct Rule {
  RuleSpec spec;
  void (*judge)(LintContext& context) = nullptr;
};

/// Of CFK-S009: locks of included runbooks that are not known when the run begins.
void late_locks(LintContext& context);

// The families, each in a file of its own, with its rules by number.
[[nodiscard]] std::span<const Rule> file_rules();
[[nodiscard]] std::span<const Rule> schema_rules();
[[nodiscard]] std::span<const Rule> parameter_rules();
[[nodiscard]] std::span<const Rule> expression_rules();
[[nodiscard]] std::span<const Rule> secret_rules();
[[nodiscard]] std::span<const Rule> step_rules();
[[nodiscard]] std::span<const Rule> repetition_rules();
[[nodiscard]] std::span<const Rule> recovery_rules();
[[nodiscard]] std::span<const Rule> kafka_rules();
[[nodiscard]] std::span<const Rule> node_rules();
[[nodiscard]] std::span<const Rule> upgrade_rules();
[[nodiscard]] std::span<const Rule> change_rules();
[[nodiscard]] std::span<const Rule> text_rules();
[[nodiscard]] std::span<const Rule> ignore_rules();

/// All of them.
[[nodiscard]] std::span<const Rule> all();

}  // namespace rules
}  // namespace cfkops::runbook
