#pragma once

#include <string_view>

namespace cfkops::base {

/// How much a diagnostic matters.
enum class LogLevel { Debug, Info, Warning, Error };

/// Lets diagnostics of this level and above go to standard error; until then they go nowhere, and
/// nothing is set up.
void enable_log(LogLevel least);

/// A diagnostic: ids, never bodies and never secrets. Thread-safe.
void log(LogLevel level, std::string_view message);

}  // namespace cfkops::base
