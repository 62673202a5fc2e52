#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/include.hpp"
#include "cfkops/runbook/lint.hpp"

#include <string>
#include <vector>

namespace cfkops::cli {

/// What `include` means in the runbook of the file `from`: a path from that file's folder, or a
/// name as on the command line. Errors: those of looking for it and of reading it. Any thread.
[[nodiscard]] Result<runbook::IncludedText> find_included(const std::string& word,
                                                          const std::string& from);

/// All actions and checks, and how included runbooks are found.
[[nodiscard]] runbook::Knowledge knowledge();

/// The same with the copies of included runbooks that were kept, whatever their files have become.
[[nodiscard]] runbook::Knowledge knowledge(std::vector<runbook::IncludedCopy> copies);

}  // namespace cfkops::cli
