#pragma once

#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>

namespace cfkops::runbook {

/// The text of a runbook to begin with, in the house form: lint finds nothing in it by the rules of
/// `ci`, and what is to be filled in says so (`FILL IN`). Errors: InvalidInput where no runbook may
/// be called `name`.
[[nodiscard]] Result<std::string> skeleton_runbook(const std::string& name);

/// The runbook `text` under another name; all else is as it was. Errors: InvalidInput where no
/// runbook may be called `name`, or where the text is no runbook of the format.
[[nodiscard]] Result<std::string> renamed_runbook(std::string_view text,
                                                  const std::string& file,
                                                  const std::string& name);

}  // namespace cfkops::runbook
