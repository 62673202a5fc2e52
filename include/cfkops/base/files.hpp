#pragma once

#include "cfkops/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::base {

/// Where the steps of a run read and write files. One thread.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  /// The whole content. Errors: NotFound, InvalidInput (no regular file, or larger than
  /// `max_bytes`), Io.
  [[nodiscard]] virtual Result<std::string> read(const std::filesystem::path& path,
                                                 std::size_t max_bytes) const = 0;

  /// Puts `text` there, whole or not at all, for its owner alone (mode 0600); makes the folders
  /// that are missing, for their owner alone too. Errors: InvalidInput (there is something that is
  /// no file), Io.
  [[nodiscard]] virtual Status write(const std::filesystem::path& path, std::string_view text) = 0;
};

/// Those of this machine; relative paths count from the working directory. Has no state.
[[nodiscard]] Files& machine_files();

/// Keeps what is written to itself, so that a run of which nothing is to stay can write; everything
/// else is read from below.
class OverlayFiles final : public Files {
 public:
  /// Borrows `below`. Relative paths count from `root`, where it is not empty.
  explicit OverlayFiles(const Files& below, std::filesystem::path root = {})
      : below_(below),
        root_(std::move(root)) {}

  [[nodiscard]] Result<std::string> read(const std::filesystem::path& path,
                                         std::size_t max_bytes) const override;
  [[nodiscard]] Status write(const std::filesystem::path& path, std::string_view text) override;

  /// What was written, by path as it was resolved.
  [[nodiscard]] const std::map<std::filesystem::path, std::string>& written() const {
    return written_;
  }

 private:
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) const;

  const Files& below_;
  std::filesystem::path root_;
  std::map<std::filesystem::path, std::string> written_;
};

}  // namespace cfkops::base
