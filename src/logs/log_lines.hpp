#pragma once

#include "cfkops/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::logs {

/// Cuts what comes of a log into lines. Of a line that is too long the rest is left out: at the
/// beginning of a second piece nothing would tell a secret.
class LineCutter {
 public:
  /// Is given a line without its line break, and how many of its bytes were left out.
  using Sink = std::function<void(std::string_view line, std::uint64_t left_out)>;

  LineCutter(std::size_t longest, Sink sink)
      : longest_(longest),
        sink_(std::move(sink)) {}

  /// The next bytes.
  void add(std::string_view bytes);

  /// No more bytes come: the last line may be without a line break.
  void end();

  /// Forgets a line that has not come whole.
  void drop();

 private:
  std::size_t longest_;
  Sink sink_;
  std::string rest_;
  std::uint64_t left_out_ = 0;
};

/// Tells new lines from those that a kubelet sends again, behind a connection that broke: by their
/// time. As many lines of the last one's time as were there already are old.
class Repeats {
 public:
  enum class Line {
    New,
    NewBehindGap,  ///< the last line did not come again: those between are gone
    Again,
  };

  /// The connection broke, and another one begins at the last line's time.
  void reopened();

  /// Takes note of the next line.
  Line add(const std::optional<WallTime>& time);

  /// When the newest line was written.
  [[nodiscard]] const std::optional<WallTime>& last() const { return last_; }

 private:
  std::optional<WallTime> last_;
  std::uint64_t same_ = 0;   ///< lines of that time
  std::uint64_t again_ = 0;  ///< of those, that are still to come again
  bool reopened_ = false;    ///< no new line has come since
  bool seam_ = false;        ///< but an old one
};

}  // namespace cfkops::logs
