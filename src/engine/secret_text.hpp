#pragma once

#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/runbook/type.hpp"

#include <string>

namespace cfkops::engine {

/// The secret that `--param name=@file` or `--param name=env:VARIABLE` means; a file's last line
/// end is not part of it. Errors: InvalidInput, also for a secret written out; what reading the
/// file says.
[[nodiscard]] Result<Redacted> read_secret(const std::string& name, const std::string& text);

/// A value of this type is a secret or has one in it.
[[nodiscard]] bool mentions_secret(const runbook::Type& type);

}  // namespace cfkops::engine
