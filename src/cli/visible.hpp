#pragma once

#include <string>
#include <string_view>

namespace cfkops::cli {

/// A text as it may go to a terminal: its lines stay, but nothing in it drives the terminal. What
/// runbooks, files and servers say passes through here once, where it is printed; JSON does not,
/// which is data.
[[nodiscard]] std::string visible(std::string_view text);

}  // namespace cfkops::cli
