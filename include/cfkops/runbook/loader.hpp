#pragma once

#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/model.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// Reads a runbook of format cfkops/v1 (docs/runbook-format.md), or says everything that is wrong
/// with its form.
[[nodiscard]] tl::expected<Runbook, std::vector<Diagnostic>> load_runbook(std::string_view text,
                                                                          const std::string& file);

/// Lower-case letters, digits and hyphens, a letter first: no surprise to a shell or a terminal.
[[nodiscard]] bool is_runbook_name(std::string_view name);

/// What a text says of itself by its first top-level `apiVersion` and `kind`, each in a line of its
/// own.
enum class Claim {
  Runbook,
  OtherOfOurs,  ///< of `apiVersion: cfkops/…` and another kind: a scenario, a test, faults
  Foreign,      ///< an object of another API, `apps/v1`, and of a kind that is not Runbook
  Nothing
};

/// Without reading it as YAML, so that it can be asked of any file.
[[nodiscard]] Claim claim_of(std::string_view text);

}  // namespace cfkops::runbook
