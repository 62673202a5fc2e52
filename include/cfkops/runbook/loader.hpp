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

}  // namespace cfkops::runbook
