#pragma once

#include "cfkops/base/append_file.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::test {

/// What an in-memory file holds and how it is to fail; outlives the file, as a disk does.
struct MemoryDisk {
  std::string content;
  std::size_t synced = 0;           ///< bytes that a loss of power would leave
  std::size_t appends = 0;          ///< calls so far
  std::size_t fail_append = 0;      ///< the number of the append that fails, from 1; 0: none
  std::size_t fail_sync_after = 0;  ///< the sync after this many appends fails; 0: none
  bool torn = false;                ///< a failing append leaves half of its bytes
  std::function<void(std::size_t)> on_append = {};  ///< told the number of each append
};

class MemoryFile final : public AppendFile {
 public:
  explicit MemoryFile(MemoryDisk& disk)
      : disk_(disk) {}

  Status append(std::string_view bytes) override {
    ++disk_.appends;
    if (disk_.on_append) {
      disk_.on_append(disk_.appends);
    }
    if (disk_.appends == disk_.fail_append) {
      disk_.content += disk_.torn ? bytes.substr(0, bytes.size() / 2) : std::string_view();
      return make_error(ErrorCode::Io, "no space left on device");
    }
    disk_.content += bytes;
    return {};
  }

  Status sync() override {
    if (disk_.fail_sync_after != 0 && disk_.appends >= disk_.fail_sync_after) {
      return make_error(ErrorCode::Io, "cannot sync");
    }
    disk_.synced = disk_.content.size();
    return {};
  }

 private:
  MemoryDisk& disk_;
};

inline std::unique_ptr<AppendFile> memory_file(MemoryDisk& disk) {
  return std::make_unique<MemoryFile>(disk);
}

}  // namespace cfkops::test
