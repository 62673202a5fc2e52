#pragma once

#include "log_lines.hpp"
#include "log_part.hpp"

#include "cfkops/kube/log_stream.hpp"
#include "cfkops/logs/collect.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::logs {

/// What one log is read with.
struct FetchOptions {
  std::optional<WallTime> since = {};
  std::optional<std::int64_t> tail = {};
  Duration idle = {};
  std::string salt = {};
};

/// Reads one log to its end: asks what the oldest line is where that cannot be seen otherwise, then
/// reads; where the connection breaks, goes on from the last line. Borrows the reader and the part.
///
/// Lines that a kubelet sends again after a break are left out. Where the last line does not come
/// again, the lines between are gone: a gap.
class Fetch {
 public:
  Fetch(kube::Reader& reader, CollectedLog& result, LogPart& part, FetchOptions options);
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;
  ~Fetch() = default;

  /// Starts what is due and takes note of what has ended; called outside the transport's `pump`.
  /// Errors: Io.
  Status step();

  /// `step` has something to do.
  [[nodiscard]] bool has_news() const;

  /// When `step` is due at the latest.
  [[nodiscard]] MonoTime due() const;

  /// All is read, or it cannot be.
  [[nodiscard]] bool done() const { return stage_ == Stage::Done; }

  /// Ends it here, for a limit.
  Status stop(const std::string& limit, const std::string& why);

 private:
  enum class Stage { Probe, Read, Wait, Done };

  void start(const kube::LogWindow& window);
  Status probe_ended();
  Status read_ended(const Status& outcome);
  void take(std::string_view bytes);
  void take_line(std::string_view line, std::uint64_t left_out);
  [[nodiscard]] bool is_new(const std::optional<WallTime>& time);
  void flush();
  Status failed(const Error& error);
  Status finish();
  void judge_end();

  kube::Reader& reader_;
  CollectedLog& result_;
  LogPart& part_;
  FetchOptions options_;
  Redactor redactor_;
  Stage stage_ = Stage::Wait;
  bool probed_ = false;
  MonoTime not_before_;
  std::unique_ptr<kube::LogStream> stream_;
  std::optional<Error> broken_;  ///< the store's error: often met amid a pump

  std::string probe_;
  std::optional<WallTime> oldest_;
  LineCutter lines_;
  Repeats repeats_;
  bool long_lines_ = false;  ///< some were cut
  std::string out_;
  LineTimes batch_;
  std::string untimed_;  ///< the last line, if it has no time: what went wrong, from a kubelet
  std::uint64_t read_lines_ = 0;
  int failures_ = 0;
};

}  // namespace cfkops::logs
