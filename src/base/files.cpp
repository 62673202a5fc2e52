#include "cfkops/base/files.hpp"

#include "posix.hpp"

#include "cfkops/base/file.hpp"

namespace cfkops::base {

namespace {

namespace fs = std::filesystem;

class MachineFiles final : public Files {
 public:
  [[nodiscard]] Result<std::string> read(const fs::path& path,
                                         std::size_t max_bytes) const override {
    return read_file(path, max_bytes);
  }

  [[nodiscard]] Status write(const fs::path& path, std::string_view text) override {
    if (path.has_parent_path()) {
      CFKOPS_TRY(make_private_directories(path.parent_path()));
    }
    return write_private_file(path, text);
  }

 private:
  /// Those above are made one by one, since only the last of a call is private.
  static Status make_private_directories(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      return {};
    }
    if (path.has_parent_path() && path.parent_path() != path) {
      CFKOPS_TRY(make_private_directories(path.parent_path()));
    }
    return make_private_directory(path);
  }
};

}  // namespace

Files& machine_files() {
  static MachineFiles files;
  return files;
}

fs::path OverlayFiles::resolve(const fs::path& path) const {
  return (root_.empty() || path.is_absolute() ? path : root_ / path).lexically_normal();
}

Result<std::string> OverlayFiles::read(const fs::path& path, std::size_t max_bytes) const {
  const fs::path whole = resolve(path);
  const auto own = written_.find(whole);
  if (own == written_.end()) {
    return below_.read(whole, max_bytes);
  }
  if (own->second.size() > max_bytes) {
    return too_large(whole, max_bytes);
  }
  return own->second;
}

Status OverlayFiles::write(const fs::path& path, std::string_view text) {
  written_.insert_or_assign(resolve(path), std::string(text));
  return {};
}

}  // namespace cfkops::base
