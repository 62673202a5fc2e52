#pragma once

#include "cfkops/base/append_file.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace cfkops::rehearse {

/// A log that nobody reads: it counts what is written and lets a write fail.
class CountedLog final : public AppendFile {
 public:
  /// `before` is told the number of each write, from 1; false makes it and all later ones fail.
  explicit CountedLog(std::function<bool(std::uint64_t)> before)
      : before_(std::move(before)) {}

  Status append(std::string_view bytes) override;
  Status sync() override;

 private:
  std::function<bool(std::uint64_t)> before_;
  std::uint64_t writes_ = 0;
  bool broken_ = false;
};

}  // namespace cfkops::rehearse
