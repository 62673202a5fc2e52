#pragma once

#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"

#include <string>

namespace cfkops::engine {

/// The secret that `--param name=@file` or `--param name=env:VARIABLE` means; a file's last line
/// end is not part of it. Errors: InvalidInput, also for a secret written out; what reading the
/// file says.
[[nodiscard]] Result<Redacted> read_secret(const std::string& name, const std::string& text);

}  // namespace cfkops::engine
