#pragma once

#include "log_part.hpp"

#include "cfkops/kube/log_stream.hpp"
#include "cfkops/logs/collect.hpp"

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
/// A line that a kubelet sends again after a break is known by its time: as many lines of the last
/// one's time as were there already are left out. Where the last line does not come again, the
/// lines between are gone.
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

  /// Whose log it is.
  [[nodiscard]] const ContainerLog& log() const { return result_.log; }

 private:
  enum class Stage { Probe, Read, Wait, Done };

  void start(const kube::LogWindow& window);
  Status probe_ended();
  Status read_ended(const Status& outcome);
  void take(std::string_view bytes);
  void take_rest(std::string_view& bytes);
  void take_line(std::string_view line);
  [[nodiscard]] bool seen_before(const TimedLine& line);
  Status flush();
  Status failed(const Error& error);
  Status finish();

  kube::Reader& reader_;
  CollectedLog& result_;
  LogPart& part_;
  FetchOptions options_;
  Redactor redactor_;
  Stage stage_ = Stage::Wait;
  bool probed_ = false;
  MonoTime not_before_;
  std::unique_ptr<kube::LogStream> stream_;
  std::optional<Error> broken_;  ///< the store's error, met amid a pump

  std::string probe_;
  std::optional<WallTime> oldest_;
  std::string rest_;      ///< of a line that has not come whole
  bool in_long_ = false;  ///< it is the rest of a very long one
  std::string out_;
  LineTimes batch_;
  std::string untimed_;  ///< the last line, if it has no time: what went wrong, from a kubelet
  std::optional<WallTime> last_;
  std::uint64_t same_ = 0;   ///< lines of that time
  std::uint64_t again_ = 0;  ///< of those, that are still to come again
  bool reopened_ = false;    ///< no new line has come since the connection broke
  bool seam_ = false;        ///< but an old one
  std::uint64_t read_lines_ = 0;
  int failures_ = 0;
};

}  // namespace cfkops::logs
