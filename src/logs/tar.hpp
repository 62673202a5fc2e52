#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::logs {

constexpr std::size_t kTarBlock = 512;

/// What stands before a file in a tar archive (POSIX.1-2001: ustar, with a pax header where path
/// or size are more than that allows).
[[nodiscard]] std::string tar_header(const std::string& path,
                                     std::uint64_t size,
                                     WallTime modified);

/// What stands behind a file of that size.
[[nodiscard]] std::string tar_padding(std::uint64_t size);

/// What stands at the end of an archive.
[[nodiscard]] std::string tar_end();

/// Takes an archive of `tar_header` apart as its bytes come.
class TarReader {
 public:
  struct Visitor {
    std::function<Status(const std::string& path, std::uint64_t size)> begin;
    std::function<Status(std::string_view bytes)> content;
    std::function<Status()> end;
  };

  explicit TarReader(Visitor visitor)
      : visitor_(std::move(visitor)) {}

  /// Errors: Protocol; those of the visitor.
  Status add(std::string_view bytes);

  /// Errors: Protocol where the archive is cut off.
  [[nodiscard]] Status end() const;

 private:
  Status take_block(std::string_view& bytes);
  Status take_header();
  Status take_content(std::string_view& bytes);
  Status take_attributes();

  Visitor visitor_;
  std::string header_;
  std::string long_path_;                    ///< of the next file, as a pax header said
  std::optional<std::uint64_t> large_size_;  ///< ditto
  std::string attributes_;                   ///< of a pax header, while it is read
  std::uint64_t left_ = 0;                   ///< of the content
  std::size_t padding_ = 0;
  bool in_attributes_ = false;
  bool ended_ = false;
};

}  // namespace cfkops::logs
