#include "posix.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace cfkops::base {
namespace {

std::string_view remedy(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return "free space on that file system (see df -h), then start again";
    case EACCES:
    case EPERM:
      return "check who owns it and its mode (see ls -ld)";
    case EROFS:
      return "the file system is mounted read-only: choose another directory";
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EISDIR:
      return "check the path";
    case EMFILE:
    case ENFILE:
      return "raise the limit on open files (ulimit -n)";
    case EIO:
      return "the device reports a failure: see dmesg before you trust this disk again";
    default:
      return {};
  }
}

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
      return ErrorCode::NotFound;
    case EEXIST:
      return ErrorCode::AlreadyExists;
    default:
      return ErrorCode::Io;
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::reset() noexcept {
  if (fd_ >= 0) {
    ::close(std::exchange(fd_, -1));  // what was written is checked by fsync, not here
  }
}

std::string errno_text(int number) {
  return std::generic_category().message(number);
}

Error io_error(std::string_view doing, const std::filesystem::path& path, int number) {
  std::string message = "cannot ";
  message += doing;
  message += " " + path.string() + ": " + errno_text(number);
  return make_error(code_of(number), std::move(message), std::string(remedy(number)));
}

Error too_large(const std::filesystem::path& path, std::size_t max_bytes) {
  return make_error(
      ErrorCode::InvalidInput,
      path.string() + " is larger than the " + std::to_string(max_bytes) + " bytes we read",
      "is it the right file?");
}

Result<FileDescriptor> open_file(const std::filesystem::path& path, int flags, mode_t mode) {
  while (true) {
    FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (file.open()) {
      return file;
    }
    const int number = errno;
    if (number != EINTR) {
      return io_error((flags & O_CREAT) != 0 ? "create" : "open", path, number);
    }
  }
}

Status write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return io_error("write", path, errno);
    }
  }
  return {};
}

Status sync_file(int fd, const std::filesystem::path& path) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR) {
      return io_error("sync", path, errno);
    }
  }
  return {};
}

Status sync_parent_directory(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  CFKOPS_ASSIGN(const FileDescriptor directory, open_file(parent, O_RDONLY | O_DIRECTORY));
  while (::fsync(directory.get()) != 0) {
    if (errno == EINVAL || errno == ENOTSUP) {
      return {};  // a file system whose directories cannot be synced has nothing better to offer
    }
    if (errno != EINTR) {
      return io_error("sync", parent, errno);
    }
  }
  return {};
}

}  // namespace cfkops::base
