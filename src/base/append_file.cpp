#include "cfkops/base/append_file.hpp"

#include "posix.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace cfkops::base {
namespace {

/// The machine's files. The first failure is final: a record behind half a record could not be
/// read, and after a failed fsync(2) the kernel may call pages clean that it never wrote.
class SystemAppendFile final : public AppendFile {
 public:
  SystemAppendFile(FileDescriptor file, std::filesystem::path path)
      : file_(std::move(file)),
        path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    return failed_ ? Status(*failed_) : remember(write_all(file_.get(), bytes, path_));
  }

  Status sync() override {
    if (failed_) {
      return *failed_;
    }
    Status synced = sync_file(file_.get(), path_);
    return remember(synced ? still_there() : std::move(synced));
  }

 private:
  /// A file without its name, or whose name belongs to another file, is gone with the process.
  [[nodiscard]] Status still_there() const {
    struct stat held = {};
    struct stat found = {};
    if (::fstat(file_.get(), &held) != 0) {
      return io_error("look at", path_, errno);
    }
    if (::stat(path_.c_str(), &found) == 0 && found.st_dev == held.st_dev &&
        found.st_ino == held.st_ino) {
      return {};
    }
    return make_error(ErrorCode::Io,
                      path_.string() + " was deleted, moved or replaced while it was being written",
                      "put it back, or find out who removed it");
  }

  Status remember(Status status) {
    if (!status) {
      failed_ = status.error();
      failed_->code = ErrorCode::Io;
    }
    return failed_ ? Status(*failed_) : Status();
  }

  FileDescriptor file_;
  std::filesystem::path path_;
  std::optional<Error> failed_;
};

/// Which process holds the lock on a file, as /proc/locks has it; "" where it does not tell.
std::string holder_of(int fd) {
  struct stat state {};

  if (::fstat(fd, &state) != 0) {
    return {};
  }
  std::ifstream locks("/proc/locks");
  // "1: FLOCK  ADVISORY  WRITE 4711 fd:01:123456 0 EOF"
  const std::string inode = ":" + std::to_string(state.st_ino);
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string mode;
    std::string pid;
    std::string file;
    words >> number >> kind >> advisory >> mode >> pid >> file;
    if (kind == "FLOCK" && file.ends_with(inode)) {
      return pid;
    }
  }
  return {};
}

/// From now on the file is this process's. The lock ends with the descriptor, however the process
/// ends.
Status lock_file(int fd, const std::filesystem::path& path) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      const std::string pid = holder_of(fd);
      return make_error(
          ErrorCode::Refused,
          path.string() + " is being written by another process" + (pid.empty() ? "" : ", " + pid),
          "wait until it has ended, or end it");
    }
    if (errno == ENOLCK || errno == EOPNOTSUPP) {
      return {};  // a file system that knows no locks
    }
    if (errno != EINTR) {
      return io_error("lock", path, errno);
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<AppendFile>> create_append_file(const std::filesystem::path& path) {
  auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
  if (!file) {
    Error error = std::move(file).error();
    if (error.code == ErrorCode::NotFound) {
      error.code = ErrorCode::Io;  // it is the directory that is missing
    }
    return error;
  }
  CFKOPS_TRY(lock_file(file->get(), path));
  CFKOPS_TRY(sync_parent_directory(path));
  return std::make_unique<SystemAppendFile>(*std::move(file), path);
}

Result<std::unique_ptr<AppendFile>> open_append_file(const std::filesystem::path& path) {
  CFKOPS_ASSIGN(auto file, open_file(path, O_WRONLY | O_APPEND));
  CFKOPS_TRY(lock_file(file.get(), path));
  return std::make_unique<SystemAppendFile>(std::move(file), path);
}

Status cut_file(const std::filesystem::path& path, std::uintmax_t size) {
  CFKOPS_ASSIGN(const FileDescriptor file, open_file(path, O_WRONLY));
  while (::ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) {
      return io_error("cut", path, errno);
    }
  }
  return sync_file(file.get(), path);
}

}  // namespace cfkops::base
