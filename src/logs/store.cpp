#include "cfkops/logs/store.hpp"

#include "cfkops/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace cfkops::logs {

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10U;

Error io_error(const char* doing, const std::filesystem::path& path, int number) {
  return make_error(
      number == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
      std::string("cannot ") + doing + " " + path.string() + ": " +
          std::error_code(number, std::generic_category()).message(),
      number == ENOSPC || number == EDQUOT
          ? "free some space, or choose another place; the same command goes on where it was"
          : "");
}

/// A part: many are written, and all of them can be had again, so that they are not synced one by
/// one, as `create_append_file` does.
class PartFile final : public AppendFile {
 public:
  PartFile(int fd, std::filesystem::path path)
      : fd_(fd),
        path_(std::move(path)) {}

  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  ~PartFile() override { ::close(fd_); }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno != EINTR) {
        return io_error("write", path_, errno);
      }
      bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return {};
  }

  Status sync() override { return ::fsync(fd_) == 0 ? Status() : io_error("sync", path_, errno); }

 private:
  int fd_;
  std::filesystem::path path_;
};

class FolderStore final : public Store {
 public:
  explicit FolderStore(std::filesystem::path archive)
      : archive_(std::move(archive)),
        folder_(partial_folder(archive_)) {}

  FolderStore(const FolderStore&) = delete;
  FolderStore& operator=(const FolderStore&) = delete;

  /// A folder without a part goes.
  ~FolderStore() override { ::rmdir(folder_.c_str()); }

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> create(const std::string& name) override {
    const std::filesystem::path path = folder_ / name;
    const int fd = ::open(
        path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0) {
      return io_error("create", path, errno);
    }
    return std::make_unique<PartFile>(fd, path);
  }

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> go_on(const std::string& name) override {
    auto opened = base::open_append_file(folder_ / name);
    return !opened && opened.error().code == ErrorCode::NotFound
               ? base::create_append_file(folder_ / name)
               : std::move(opened);
  }

  Status read(const std::string& name,
              const std::function<Status(std::string_view)>& sink) const override {
    const std::filesystem::path path = folder_ / name;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return io_error("read", path, errno);
    }
    Status done = read_all(fd, path, sink);
    ::close(fd);
    return done;
  }

  Status remove(const std::string& name) override {
    const std::filesystem::path path = folder_ / name;
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status()
                                                          : io_error("remove", path, errno);
  }

  Status publish(const std::string& name) override {
    CFKOPS_TRY(base::move_into_place(folder_ / name, archive_));
    // The archive is there, whatever becomes of what it was made of.
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    return {};
  }

  [[nodiscard]] std::string place() const override { return archive_.string(); }

 private:
  static Status read_all(int fd,
                         const std::filesystem::path& path,
                         const std::function<Status(std::string_view)>& sink) {
    std::array<char, kPiece> piece;
    while (true) {
      const ssize_t got = ::read(fd, piece.data(), piece.size());
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got <= 0) {
        return got == 0 ? Status() : io_error("read", path, errno);
      }
      CFKOPS_TRY(sink(std::string_view(piece.data(), static_cast<std::size_t>(got))));
    }
  }

  std::filesystem::path archive_;
  std::filesystem::path folder_;
};

class MemoryPart final : public AppendFile {
 public:
  explicit MemoryPart(std::string& text)
      : text_(text) {}

  Status append(std::string_view bytes) override {
    text_ += bytes;
    return {};
  }

  Status sync() override { return {}; }

 private:
  std::string& text_;
};

}  // namespace

std::filesystem::path partial_folder(const std::filesystem::path& archive) {
  return archive.string() + ".partial";
}

Result<std::unique_ptr<Store>> folder_store(const std::filesystem::path& archive) {
  if (const Status there = base::expect_regular_file(archive);
      !there && there.error().code == ErrorCode::InvalidInput) {
    return there.error();
  }
  CFKOPS_TRY(base::make_private_directory(partial_folder(archive)));
  return std::make_unique<FolderStore>(archive);
}

Result<std::unique_ptr<AppendFile>> MemoryStore::create(const std::string& name) {
  parts_[name].clear();
  return std::make_unique<MemoryPart>(parts_[name]);
}

Result<std::unique_ptr<AppendFile>> MemoryStore::go_on(const std::string& name) {
  return std::make_unique<MemoryPart>(parts_[name]);
}

Status MemoryStore::read(const std::string& name,
                         const std::function<Status(std::string_view)>& sink) const {
  const auto found = parts_.find(name);
  return found == parts_.end() ? make_error(ErrorCode::NotFound, "there is no part " + name)
                               : sink(found->second);
}

Status MemoryStore::remove(const std::string& name) {
  parts_.erase(name);
  return {};
}

Status MemoryStore::publish(const std::string& name) {
  archive_ = parts_[name];
  parts_.clear();
  return {};
}

}  // namespace cfkops::logs
