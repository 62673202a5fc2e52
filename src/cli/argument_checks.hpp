#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <string>

namespace cfkops::cli {

/// A flag's value as a time; a bare number is one of seconds, as kubectl takes it. Errors:
/// InvalidInput.
[[nodiscard]] Result<Duration> duration_of(const std::string& text);

// What is wrong with the value of a flag, or "".

[[nodiscard]] std::string duration_error(const std::string& text);
[[nodiscard]] std::string lock_lease_error(const std::string& text);
[[nodiscard]] std::string size_error(const std::string& text);
[[nodiscard]] std::string moment_error(const std::string& text);
[[nodiscard]] std::string seed_error(const std::string& text);

/// Of why something is done against a rule.
[[nodiscard]] std::string reason_error(const std::string& text);

/// Of what lies between two looks: a second or more.
[[nodiscard]] std::string interval_error(const std::string& text);

/// Of how long something holds: longer than nothing.
[[nodiscard]] std::string validity_error(const std::string& text);

}  // namespace cfkops::cli
