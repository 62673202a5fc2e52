#pragma once

#include "api/log_options.hpp"

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// A container's log as it goes out to one client: the lines that are asked for, then what is
/// written later, up to the limit.
class LogText {
 public:
  /// `begin` is the moment of lines that tell none themselves.
  LogText(const LogOptions& options, WallTime begin);

  /// What goes out of a log as it stands.
  [[nodiscard]] std::string first(std::string_view log);

  /// What has come since the last call, also where the oldest lines are gone meanwhile.
  [[nodiscard]] std::string more(std::string_view log);

  /// The limit is reached: nothing more comes.
  [[nodiscard]] bool full() const { return options_.limit_bytes && left_ == 0; }

 private:
  [[nodiscard]] std::string written(std::string_view lines);
  void write(std::string_view line, std::string& out);

  LogOptions options_;
  WallTime moment_;  ///< of the last line
  std::size_t left_;
  std::string seen_ = {};
};

}  // namespace cfkops::sandbox
