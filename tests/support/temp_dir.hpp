#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace cfkops::test {

/// A fresh folder under the system's temporary folder, removed with everything in it at the end of
/// the object's life.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Writes a file below the folder, making the folders above it; returns its path.
  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const;

  /// The whole of a file below the folder; empty when it cannot be read.
  std::string read(const std::filesystem::path& name) const;

 private:
  std::filesystem::path path_;
};

/// The whole of a file; throws when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Replaces a file, making the folders above it; throws when it cannot be written.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace cfkops::test
