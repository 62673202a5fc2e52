#pragma once

#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/kind_types.hpp"
#include "cfkops/runbook/model.hpp"
#include "cfkops/runbook/rule.hpp"

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

/// The most bytes of a runbook, some five thousand lines; a larger text is refused before anything
/// is made of it.
inline constexpr std::size_t kMostBytes = std::size_t{256} << 10U;

/// The most findings about one text; the last one says that there are more.
inline constexpr std::size_t kMostFindings = 1000;

/// What lint knows of the world outside a runbook.
struct Knowledge {
  Knowledge() = default;

  /// Actions and checks alone; borrowed.
  template <std::convertible_to<std::span<const ActionSpec>> Specs>
  Knowledge(const Specs& known)  // NOLINT(google-explicit-constructor): that is all most know
      : specs(known) {}

  Knowledge(std::span<const ActionSpec> known, std::shared_ptr<const KindTypes> types)
      : specs(known),
        kinds(std::move(types)) {}

  std::span<const ActionSpec> specs;       ///< the actions and checks there are; borrowed
  std::shared_ptr<const KindTypes> kinds;  ///< what live objects have; nullptr: anything
  IncludeResolver include;                 ///< finds included runbooks; none: they cannot be found
};

/// What lint found.
struct LintReport {
  std::optional<Runbook> runbook;    ///< where it could be loaded
  std::vector<Diagnostic> findings;  ///< in file order

  /// A finding is an Error. One of the basic profile: the runbook may not be run.
  [[nodiscard]] bool has_errors() const;
};

/// Loads a runbook and what it includes, and judges it against the known actions and checks by the
/// rules of a profile: names, arguments, types, references between steps, outputs that may be
/// missing, and whether it does harm. What is included is judged by the basic profile, and has to
/// be without errors. What is known of kinds counts from the profile Ci on: none of it keeps a
/// runbook from being run. A comment `# cfkops:ignore CODE because REASON` on a finding's line, or
/// alone on the line before it, takes the finding away, unless its rule is of the basic profile.
/// Pure; any thread.
[[nodiscard]] LintReport lint(std::string_view text,
                              const std::string& file,
                              const Knowledge& knowledge,
                              Profile profile = Profile::Basic);

}  // namespace cfkops::runbook
