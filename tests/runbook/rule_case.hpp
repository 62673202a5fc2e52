#pragma once

#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::test {

/// What shows a rule of lint: tests/golden/lint/rules/<code>.case.
struct RuleCase {
  std::string why;
  std::string source;
  std::string bad;   ///< a part of a runbook, or a command
  std::string good;  ///< nearly the same, and right
  bool command = false;
};

/// Of a code; empty where there is no such file.
[[nodiscard]] RuleCase read_case(std::string_view code);

/// The part as a whole runbook: what must be in it and is not is added before and behind it.
[[nodiscard]] std::string completed(std::string_view part);

/// `part` with \t, \r, \s (a space), \\ and \uXXXX as the characters they stand for.
[[nodiscard]] std::string unescaped(std::string_view part);

/// What lint finds in a runbook, by the rules of the rule's profile, or of ci.
[[nodiscard]] std::vector<runbook::Diagnostic> findings_of(const std::string& text,
                                                           const runbook::RuleSpec& rule);

/// The findings of that rule as they are shown.
[[nodiscard]] std::string shown_findings(const RuleCase& example, const runbook::RuleSpec& rule);

}  // namespace cfkops::test
