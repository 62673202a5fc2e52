#include "cfkops/base/file.hpp"

#include "posix.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <vector>

namespace cfkops::base {
namespace {

std::string_view word_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a pipe";
    case S_IFCHR:
    case S_IFBLK:
      return "a device";
    case S_IFSOCK:
      return "a socket";
    default:
      return "no file that can be read";
  }
}

Error no_regular_file(const std::filesystem::path& path, mode_t mode) {
  return make_error(ErrorCode::InvalidInput,
                    path.string() + " is " + std::string(word_of(mode)) + ", not a regular file",
                    S_ISDIR(mode) ? "name a file in it"
                                  : "name a regular file; where a command takes -, that is "
                                    "standard input");
}

/// `path` and the directories above it that are not there yet, the innermost first.
std::vector<std::filesystem::path> missing_directories(std::filesystem::path path) {
  std::vector<std::filesystem::path> missing;
  std::error_code ignored;
  while (!path.empty() && !std::filesystem::exists(path, ignored)) {
    missing.push_back(path);
    path = path.parent_path();
  }
  return missing;
}

/// The entries of directories that were just made, in the ones above them.
Status sync_entries(const std::vector<std::filesystem::path>& made) {
  for (const std::filesystem::path& directory : made) {
    CFKOPS_TRY(sync_parent_directory(directory));
  }
  return {};
}

std::map<std::string, std::string, std::less<>> copy_environment() {
  std::map<std::string, std::string, std::less<>> copy;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      copy.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return copy;
}

// Writes a file that only its owner may read, and waits until it is on the disk.
Status write_fresh(const std::filesystem::path& fresh, std::string_view text) {
  auto file = open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (!file) {
    Error error = std::move(file).error();
    error.code = ErrorCode::Io;
    return error;
  }
  if (::fchmod(file->get(), S_IRUSR | S_IWUSR) != 0) {
    return io_error("write", fresh, errno);
  }
  CFKOPS_TRY(write_all(file->get(), text, fresh));
  return sync_file(file->get(), fresh);
}

}  // namespace

namespace {

enum class Pipes { Refused, Read };

Result<std::string> read_to_end(const FileDescriptor& file,
                                const std::filesystem::path& path,
                                std::size_t max_bytes) {
  std::string content;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got == 0) {
      return content;
    }
    if (got > 0) {
      content.append(buffer.data(), static_cast<std::size_t>(got));
      if (content.size() > max_bytes) {
        return too_large(path, max_bytes);
      }
    } else if (errno != EINTR) {
      return io_error("read", path, errno);
    }
  }
}

Result<std::string> read_whole(const std::filesystem::path& path,
                               std::size_t max_bytes,
                               Pipes pipes) {
  // To open a pipe waits for its other end.
  const int patience = pipes == Pipes::Refused ? O_NONBLOCK | O_NOCTTY : O_NOCTTY;
  CFKOPS_ASSIGN(const FileDescriptor file, open_file(path, O_RDONLY | patience));

  struct stat info {};

  if (::fstat(file.get(), &info) != 0) {
    return io_error("read", path, errno);
  }
  const bool regular = S_ISREG(info.st_mode);
  if (S_ISDIR(info.st_mode) || (!regular && pipes == Pipes::Refused)) {
    return no_regular_file(path, info.st_mode);
  }
  if (regular && info.st_size > 0 && static_cast<std::size_t>(info.st_size) > max_bytes) {
    return too_large(path, max_bytes);
  }
  return read_to_end(file, path, max_bytes);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  CFKOPS_TRY(expect_regular_file(path));  // to open some devices does something already
  return read_whole(path, max_bytes, Pipes::Refused);
}

Result<std::string> read_file_or_pipe(const std::filesystem::path& path, std::size_t max_bytes) {
  return read_whole(path, max_bytes, Pipes::Read);
}

Status expect_regular_file(const std::filesystem::path& path) {
  struct stat info {};

  if (::stat(path.c_str(), &info) != 0) {
    return io_error("open", path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return no_regular_file(path, info.st_mode);
  }
  return {};
}

Status overwrite_file(const std::filesystem::path& path, std::string_view text) {
  CFKOPS_TRY(expect_regular_file(path));
  CFKOPS_ASSIGN(const FileDescriptor file, open_file(path, O_WRONLY | O_NONBLOCK));
  const std::filesystem::path kept = path.string() + ".new";
  CFKOPS_TRY(write_fresh(kept, text));
  CFKOPS_TRY(sync_parent_directory(kept));
  Status written = write_all(file.get(), text, path);
  if (written && ::ftruncate(file.get(), static_cast<off_t>(text.size())) != 0) {
    written = io_error("write", path, errno);
  }
  if (written) {
    written = sync_file(file.get(), path);
  }
  if (!written) {
    return std::move(written).error().in("the whole text is in " + kept.string());
  }
  ::unlink(kept.c_str());
  return {};
}

Status move_into_place(const std::filesystem::path& fresh, const std::filesystem::path& path) {
  // A rename would put a file in the place of a device as well.
  if (const Status there = expect_regular_file(path);
      !there && there.error().code == ErrorCode::InvalidInput) {
    return there;
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    Error error = io_error("write", path, errno);
    error.code = ErrorCode::Io;
    return error;
  }
  return sync_parent_directory(path);
}

Status write_private_file(const std::filesystem::path& path, std::string_view text) {
  if (const Status there = expect_regular_file(path);
      !there && there.error().code == ErrorCode::InvalidInput) {
    return there;
  }
  const std::filesystem::path fresh = path.string() + ".new";
  CFKOPS_TRY(write_fresh(fresh, text));
  Status moved = move_into_place(fresh, path);
  if (!moved) {
    ::unlink(fresh.c_str());
  }
  return moved;
}

Status write_new_file(const std::filesystem::path& path, std::string_view text) {
  constexpr mode_t kPermissions = 0666;  // less what the umask takes
  CFKOPS_ASSIGN(const FileDescriptor file,
                open_file(path, O_WRONLY | O_CREAT | O_EXCL, kPermissions));
  Status written = write_all(file.get(), text, path);
  if (!written) {
    ::unlink(path.c_str());
  }
  return written;
}

Status make_private_directory(const std::filesystem::path& path) {
  std::error_code error;
  // "a/b/" names b, but its parent_path() is a/b.
  const std::filesystem::path wanted = path.has_filename() ? path : path.parent_path();
  const std::vector<std::filesystem::path> missing = missing_directories(wanted);
  if (wanted.has_parent_path()) {
    std::filesystem::create_directories(wanted.parent_path(), error);
  }
  if (!error && ::mkdir(wanted.c_str(), S_IRWXU) == 0) {
    return sync_entries(missing);
  }
  const int number = error ? error.value() : errno;
  std::error_code ignored;
  if (number == EEXIST && std::filesystem::is_directory(wanted, ignored)) {
    return {};
  }
  Error failure = io_error("create directory", path, number);
  failure.code = ErrorCode::Io;
  return failure;
}

std::string environment(std::string_view name) {
  static const auto kCopy = copy_environment();
  const auto found = kCopy.find(name);
  return found == kCopy.end() ? std::string() : found->second;
}

}  // namespace cfkops::base
