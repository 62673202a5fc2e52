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

/// Puts `text` there with mode 0600, whole or not at all: what was there before is replaced by a
/// rename. The directory must exist. Errors: Io.
[[nodiscard]] Status write_private_file(const std::filesystem::path& path, std::string_view text);

/// Puts `text` into a file that is not there yet, with the permissions that the user's files have;
/// none is left where that fails. Errors: AlreadyExists, NotFound (the directory), Io.
[[nodiscard]] Status write_new_file(const std::filesystem::path& path, std::string_view text);

/// Creates `path` and its missing parents, the last with mode 0700. Errors: Io.
[[nodiscard]] Status make_private_directory(const std::filesystem::path& path);

/// The value of an environment variable, or "" when unset. Read from a copy made at the first call,
/// so it is safe beside other threads.
[[nodiscard]] std::string environment(std::string_view name);

}  // namespace cfkops::base
