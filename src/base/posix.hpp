#pragma once

#include "cfkops/base/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::base {

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  FileDescriptor() = default;

  explicit FileDescriptor(int fd)
      : fd_(fd) {}

  FileDescriptor(const FileDescriptor&) = delete;

  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)) {}

  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  ~FileDescriptor() { reset(); }

  [[nodiscard]] int get() const { return fd_; }

  [[nodiscard]] bool open() const { return fd_ >= 0; }

  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// What the system says about `number`, e.g. "No space left on device"; safe beside other threads.
[[nodiscard]] std::string errno_text(int number);

/// "cannot <doing> <path>: <why>" with the remedy for what people really meet. Code Io, but
/// NotFound for ENOENT and AlreadyExists for EEXIST.
[[nodiscard]] Error io_error(std::string_view doing, const std::filesystem::path& path, int number);

/// What is read at most is less than the file has. Code InvalidInput.
[[nodiscard]] Error too_large(const std::filesystem::path& path, std::size_t max_bytes);

/// open(2) that survives interruption; always close-on-exec. Errors: as io_error.
[[nodiscard]] Result<FileDescriptor> open_file(const std::filesystem::path& path,
                                               int flags,
                                               mode_t mode = 0);

/// Writes all of `bytes` whatever write(2) takes at a time. Errors: as io_error; `path` only names
/// it.
[[nodiscard]] Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// fsync(2). Errors: as io_error.
[[nodiscard]] Status sync_file(int fd, const std::filesystem::path& path);

/// Makes the entry of `path` in its directory survive a loss of power. Errors: as io_error.
[[nodiscard]] Status sync_parent_directory(const std::filesystem::path& path);

}  // namespace cfkops::base
