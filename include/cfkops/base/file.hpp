#pragma once

#include "cfkops/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace cfkops::base {

/// The whole content. Errors: NotFound, InvalidInput (a directory, or larger than `max_bytes`), Io.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t max_bytes = std::size_t{64} << 20U);

/// Creates `path` and its missing parents, the last with mode 0700. Errors: Io.
[[nodiscard]] Status make_private_directory(const std::filesystem::path& path);

/// The value of an environment variable, or "" when unset. Read from a copy made at the first call,
/// so it is safe beside other threads.
[[nodiscard]] std::string environment(std::string_view name);

}  // namespace cfkops::base
