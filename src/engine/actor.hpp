#pragma once

#include <string>

namespace cfkops::engine {

/// Who runs this program, and where, as the operating system knows it; "" where it does not.
[[nodiscard]] std::string os_user();
[[nodiscard]] std::string host_name();

}  // namespace cfkops::engine
