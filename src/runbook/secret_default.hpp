#pragma once

#include <string_view>

namespace cfkops::runbook {

/// How the message of CFK-P004 ends when it underlines a secret; of its others none is one.
inline constexpr std::string_view kSecretDefault = "a secret has no default";

}  // namespace cfkops::runbook
