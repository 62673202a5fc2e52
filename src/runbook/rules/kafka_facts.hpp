#pragma once

#include "lint_context.hpp"

#include <string>
#include <string_view>
#include <vector>

// Which steps touch Kafka.
namespace cfkops::runbook::rules {

/// All that a step's arguments, and the lists it is repeated for, say: literal texts, expressions,
/// and the kinds of the references in them; in lower case.
[[nodiscard]] std::string words_of(const LintContext& context, const PlacedStep& placed);

/// It takes processes of Kafka away, and is no action that watches Kafka itself.
[[nodiscard]] bool takes_brokers(const LintContext& context, const PlacedStep& placed);

/// It lets a workload controller restart Kafka.
[[nodiscard]] bool restarts_kafka(const LintContext& context, const PlacedStep& placed);

/// One of the entries is a check of that kind.
[[nodiscard]] bool asks(const std::vector<CheckEntry>& checks, std::string_view kind);

}  // namespace cfkops::runbook::rules
