#pragma once

#include "cfkops/runbook/diagnostic.hpp"

namespace cfkops::runbook {

/// Whether what a finding underlines is a secret, which must not get into the log of a build.
[[nodiscard]] bool underlines_secret(const Diagnostic& finding);

}  // namespace cfkops::runbook
