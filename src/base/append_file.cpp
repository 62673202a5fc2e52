#include "cfkops/base/append_file.hpp"

#include "posix.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
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
    return failed_ ? Status(*failed_) : remember(sync_file(file_.get(), path_));
  }

 private:
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
  CFKOPS_TRY(sync_parent_directory(path));
  return std::make_unique<SystemAppendFile>(*std::move(file), path);
}

Result<std::unique_ptr<AppendFile>> open_append_file(const std::filesystem::path& path) {
  CFKOPS_ASSIGN(auto file, open_file(path, O_WRONLY | O_APPEND));
  return std::make_unique<SystemAppendFile>(std::move(file), path);
}

}  // namespace cfkops::base
