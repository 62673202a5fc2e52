#pragma once

#include <string>

namespace cfkops::base {

/// A word as a POSIX shell reads it back, quoted where it needs it: for commands to type next.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace cfkops::base
