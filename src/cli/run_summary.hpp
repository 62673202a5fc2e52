#pragma once

#include "audit_trust.hpp"

#include <string>

namespace cfkops::cli {

/// What `runs show` says of a run: who, when, where; its result; the steps with their times and
/// what they waited for; the checks that did not pass; the undo; what is left, and the commands to
/// go on with.
[[nodiscard]] std::string run_summary(const CheckedLog& log);

}  // namespace cfkops::cli
