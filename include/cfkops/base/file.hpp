#pragma once

#include "cfkops/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace cfkops::base {

/// How much of a file is read at most where nobody says otherwise.
inline constexpr std::size_t kMostFileBytes = std::size_t{64} << 20U;

/// The whole content of a regular file; never waits for one that is something else. Errors:
/// NotFound, InvalidInput (a directory, a pipe, a device, or larger than `max_bytes`), Io.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::size_t max_bytes = kMostFileBytes);

/// The same for what may come out of a pipe or a device as well, such as a secret that another
/// program prints: waits until it ends. Errors: as read_file.
[[nodiscard]] Result<std::string> read_file_or_pipe(const std::filesystem::path& path,
                                                    std::size_t max_bytes = kMostFileBytes);

/// Nothing stands against reading or replacing `path` as a regular file. Errors: InvalidInput with
/// what it is instead; NotFound, Io.
[[nodiscard]] Status expect_regular_file(const std::filesystem::path& path);

/// Puts `text` there with mode 0600, whole or not at all: what was there before is replaced by a
/// rename. The directory must exist. Errors: InvalidInput (there is something that is no file), Io.
[[nodiscard]] Status write_private_file(const std::filesystem::path& path, std::string_view text);

/// Puts `text` into a file that is there and remains the same one: its other names, its owner and
/// its permissions stay. `text` is on the disk beside it, as `path`.new, until it is written, for
/// what is cut short. Errors: InvalidInput (it is no regular file), NotFound, Io.
[[nodiscard]] Status overwrite_file(const std::filesystem::path& path, std::string_view text);

/// Puts `text` into a file that is not there yet, with the permissions that the user's files have;
/// none is left where that fails. Errors: AlreadyExists, NotFound (the directory), Io.
[[nodiscard]] Status write_new_file(const std::filesystem::path& path, std::string_view text);

/// Gives the whole file `fresh` the place of `path`, which survives a loss of power then. Errors:
/// InvalidInput (there is something that is no file), Io.
[[nodiscard]] Status move_into_place(const std::filesystem::path& fresh,
                                     const std::filesystem::path& path);

/// Creates `path` and its missing parents, the last with mode 0700. Errors: Io.
[[nodiscard]] Status make_private_directory(const std::filesystem::path& path);

/// The value of an environment variable, or "" when unset. Read from a copy made at the first call,
/// so it is safe beside other threads.
[[nodiscard]] std::string environment(std::string_view name);

}  // namespace cfkops::base
