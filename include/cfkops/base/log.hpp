#pragma once

#include <string_view>

namespace cfkops::base {

enum class LogLevel { Debug, Info, Warning, Error };

/// Where diagnostics go; until `enable_log` they go nowhere, and nothing is set up.
/// Diagnostics carry ids, never bodies and never secrets. Thread-safe.
void enable_log(LogLevel least);
void log(LogLevel level, std::string_view message);

}  // namespace cfkops::base
