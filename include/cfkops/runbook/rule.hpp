#pragma once

#include "cfkops/runbook/diagnostic.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cfkops::runbook {

/// Which rules lint applies; each profile has those of the ones before it.
enum class Profile {
  Basic,       ///< what keeps a runbook from being run
  Ci,          ///< and what will hurt somebody
  Production,  ///< and what a change board asks for
};

/// "basic", "ci" or "production".
[[nodiscard]] std::string_view to_string(Profile profile);

/// The profile of that name, or nothing.
[[nodiscard]] std::optional<Profile> profile_of(std::string_view name);

/// What a rule of lint is; what it looks for is told in docs/lint-rules.md.
struct RuleSpec {
  std::string_view code;     ///< stable, never used again: "CFK-X001"
  std::string_view name;     ///< "no-timeout"
  std::string_view summary;  ///< what its findings say, in half a sentence
  Severity severity = Severity::Error;
  Profile profile = Profile::Basic;
};

/// Every rule, by code.
[[nodiscard]] std::span<const RuleSpec> all_rules();

/// The rule of that code, or nullptr.
[[nodiscard]] const RuleSpec* find_rule(std::string_view code);

/// Where the documentation tells of a rule, from its folder: "lint/keys.md#cfk-s001".
[[nodiscard]] std::string rule_page(std::string_view code);

}  // namespace cfkops::runbook
