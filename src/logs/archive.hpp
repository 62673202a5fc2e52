#pragma once

#include "log_part.hpp"

#include "cfkops/logs/collect.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::logs {

// What every archive has beside what was collected.
inline constexpr const char* kIndex = "index.json";
inline constexpr const char* kSums = "SHA256SUMS";
inline constexpr const char* kCoverage = "coverage.txt";

/// A file of an archive, with what it is made of in the store.
struct Entry {
  std::string path;
  LogPart* part = nullptr;
};

/// Texts that go into an archive beside the logs.
class Documents {
 public:
  /// `name` is what its parts in the store are called, with a number behind.
  Documents(Store& store, Compression compression, std::string name)
      : store_(store),
        compression_(compression),
        name_(std::move(name)) {}

  /// Errors: Io.
  Status add(const std::string& path, std::string_view text);

  [[nodiscard]] std::vector<Entry> entries() const;

 private:
  Store& store_;
  Compression compression_;
  std::string name_;
  std::vector<std::pair<std::string, std::unique_ptr<LogPart>>> parts_;
};

/// A name that a server gave as one part of a path: it leads nowhere else.
[[nodiscard]] std::string path_part(std::string name);

/// Writes index, sums and entries into the part "archive" and publishes it; what is known of the
/// archive then is put into `collection`. Errors: Io.
Status write_archive(Store& store,
                     Compression compression,
                     const CollectRequest& request,
                     std::vector<Entry> entries,
                     Collection& collection);

/// The coverage of all logs, for people.
[[nodiscard]] std::string coverage_text(const Collection& collection);

}  // namespace cfkops::logs
