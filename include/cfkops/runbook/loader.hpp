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

/// It says of itself that it is something else of ours: `apiVersion: cfkops/…` and a `kind` that is
/// not Runbook, each in a line of its own.
[[nodiscard]] bool is_of_another_kind(std::string_view text);

}  // namespace cfkops::runbook
