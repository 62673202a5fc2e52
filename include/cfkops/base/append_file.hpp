#pragma once

#include "cfkops/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace cfkops::base {

/// A file that only grows; the seam under the journal. One thread.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;

  /// Adds all of `bytes`, or fails; after a failure the tail of the file is unspecified. Errors:
  /// Io.
  virtual Status append(std::string_view bytes) = 0;

  /// Returns once everything appended so far would survive a loss of power and can be found under
  /// the file's name. Errors: Io, also where the file was deleted, moved or replaced meanwhile.
  virtual Status sync() = 0;
};

/// Creates `path` for appending with mode 0600; it must not exist yet. The directory entry is
/// synced too. While it is open no other process can open it so. Errors: AlreadyExists, Io.
[[nodiscard]] Result<std::unique_ptr<AppendFile>> create_append_file(
    const std::filesystem::path& path);

/// Opens an existing file for appending. Errors: NotFound; Refused while another process has it
/// open so, named where the system tells; Io.
[[nodiscard]] Result<std::unique_ptr<AppendFile>> open_append_file(
    const std::filesystem::path& path);

/// Cuts a file to its first `size` bytes, durably. Errors: NotFound, Io.
[[nodiscard]] Status cut_file(const std::filesystem::path& path, std::uintmax_t size);

}  // namespace cfkops::base

namespace cfkops {
using base::AppendFile;
}  // namespace cfkops
