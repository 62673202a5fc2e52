#include "cfkops/logs/follow.hpp"

#include "log_lines.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/kube/log_stream.hpp"
#include "cfkops/logs/coverage.hpp"
#include "cfkops/logs/redactor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace cfkops::logs {

namespace {

/// So many lines, and so many bytes of them, wait for their turn at most.
constexpr std::size_t kMostHeld = 20000;
constexpr std::size_t kMostHeldBytes = std::size_t{16} << 20U;

/// A line longer than this is cut.
constexpr std::size_t kLongestLine = std::size_t{64} << 10U;

/// Lines that wait for others that are older.
class Held {
 public:
  void add(FollowedLine line, MonoTime at) {
    const WallTime time = line.time.value_or(newest_);
    newest_ = std::max(newest_, time);
    bytes_ += line.text.size();
    lines_.emplace(time, std::pair(at, std::move(line)));
  }

  /// Gives those that have waited until `before`; false where no more are wanted.
  bool release(MonoTime before, const FollowListener& listener) {
    while (!lines_.empty() && (lines_.begin()->second.first <= before || full())) {
      const FollowedLine& line = lines_.begin()->second.second;
      if (!listener.line(line)) {
        return false;
      }
      bytes_ -= line.text.size();
      lines_.erase(lines_.begin());
    }
    return true;
  }

  /// Some must go before more are taken.
  [[nodiscard]] bool full() const { return lines_.size() > kMostHeld || bytes_ > kMostHeldBytes; }

  [[nodiscard]] std::optional<MonoTime> oldest() const {
    return lines_.empty() ? std::nullopt : std::optional<MonoTime>(lines_.begin()->second.first);
  }

 private:
  std::multimap<WallTime, std::pair<MonoTime, FollowedLine>> lines_;
  WallTime newest_ = {};
  std::size_t bytes_ = 0;
};

/// One container's log, from run to run.
class FollowedLog {
 public:
  FollowedLog(kube::Reader& reader, ContainerLog log, const FollowRequest& request, Held& held)
      : reader_(reader),
        log_(std::move(log)),
        request_(request),
        held_(held),
        redactor_(request.salt),
        lines_(kLongestLine, [this](std::string_view line, std::uint64_t left_out) {
          take_line(line, left_out);
        }) {}

  FollowedLog(const FollowedLog&) = delete;
  FollowedLog& operator=(const FollowedLog&) = delete;
  ~FollowedLog() = default;

  /// Takes note of how the container stands, and begins or goes on where there may be more.
  void look(const ContainerLog& now) {
    const bool another = now.restarts != log_.restarts;
    const bool finished = now.finished.has_value();
    log_ = now;
    if (stream_ || !now.waiting.empty() || (read_to_end_ && !another)) {
      return;
    }
    read_to_end_ = false;
    start();
    last_look_ = finished;
  }

  /// Of a stream that has ended; what went wrong, if that is new, or "".
  std::string step() {
    if (!stream_ || !stream_->ended()) {
      return {};
    }
    const Status outcome = stream_->outcome();
    stream_.reset();
    if (!outcome) {
      // What came of a line comes again.
      lines_.drop();
      const std::string trouble = log_.text() + ": " + outcome.error().message;
      return std::exchange(trouble_, trouble) == trouble ? std::string() : trouble;
    }
    lines_.end();
    // It was over before it was read: there is no more to come.
    read_to_end_ = last_look_;
    return {};
  }

  [[nodiscard]] bool ended() const { return stream_ && stream_->ended(); }

  /// Nothing of it is being read.
  [[nodiscard]] bool idle() const { return !stream_; }

  [[nodiscard]] bool over() const { return idle() && read_to_end_; }

 private:
  void start() {
    kube::LogWindow window;
    window.container = log_.container;
    window.timestamps = true;
    const auto& last = repeats_.last();
    window.since_time = last ? last : request_.since;
    window.tail_lines = last ? std::nullopt : request_.tail;
    repeats_.reopened();
    stream_ = std::make_unique<kube::LogStream>(
        reader_, log_.ns, log_.pod, window, kube::Follow::Yes, [this](std::string_view bytes) {
          lines_.add(bytes);
        });
  }

  void take_line(std::string_view line, std::uint64_t left_out) {
    const TimedLine timed = split_time(line);
    if (repeats_.add(timed.time) == Repeats::Line::Again) {
      return;
    }
    trouble_.clear();
    FollowedLine followed{
        .time = timed.time, .ns = log_.ns, .pod = log_.pod, .container = log_.container};
    redactor_.add_line(timed.text, followed.text);
    if (left_out > 0) {
      followed.text += fmt::format(" [cfkops: {} more bytes]", left_out);
    }
    held_.add(std::move(followed), reader_.loop().clock().now());
  }

  kube::Reader& reader_;
  ContainerLog log_;
  const FollowRequest& request_;
  Held& held_;
  Redactor redactor_;
  std::unique_ptr<kube::LogStream> stream_;
  LineCutter lines_;
  Repeats repeats_;
  std::string trouble_;       ///< that was told last
  bool last_look_ = false;    ///< the container had ended when the stream was begun
  bool read_to_end_ = false;  ///< all of a container that has ended
};

class Follower {
 public:
  Follower(kube::Reader& reader, FollowRequest request, const FollowListener& listener)
      : reader_(reader),
        request_(std::move(request)),
        listener_(listener) {
    request_.selection.previous = false;
    if (request_.salt.empty()) {
      request_.salt = base::random_hex(16);
    }
  }

  Status run() {
    while (true) {
      CFKOPS_TRY(look());
      CFKOPS_ASSIGN(const bool more, watch(now() + request_.look));
      if (!more) {
        return {};
      }
    }
  }

 private:
  [[nodiscard]] MonoTime now() const { return reader_.loop().clock().now(); }

  /// Gives what comes until `next`; false where there is no more to come, or to give.
  Result<bool> watch(MonoTime next) {
    while (now() < next) {
      CFKOPS_TRY(wait(next));
      step();
      if (over()) {
        held_.release(MonoTime::max(), listener_);
        return false;
      }
      if (!held_.release(now() - request_.delay, listener_)) {
        return false;
      }
    }
    return true;
  }

  /// An API server that is away is no reason to end; one that never answered is.
  Status look() {
    const auto pods = find_pods(reader_, request_.selection);
    if (!pods) {
      if (logs_.empty() || pods.error().code == ErrorCode::Cancelled) {
        return pods.error();
      }
      listener_.notice(pods.error().text());
      return {};
    }
    std::map<std::string, ContainerLog> now;
    for (const kube::Object& pod : *pods) {
      for (const ContainerLog& log : logs_of(pod, request_.selection)) {
        now.emplace(log.key(), log);
      }
    }
    if (now.size() > request_.most) {
      return make_error(
          ErrorCode::InvalidInput,
          fmt::format(
              "{} logs are selected, and {} can be followed at once", now.size(), request_.most),
          "select fewer with --selector, --container or names; or collect them without --follow");
    }
    if (now.empty() && logs_.empty()) {
      return make_error(ErrorCode::NotFound,
                        "no pod is selected",
                        "look at what there is: kubectl get pods -A --show-labels");
    }
    for (const auto& [key, log] : now) {
      auto& followed = logs_[key];
      if (!followed) {
        followed = std::make_unique<FollowedLog>(reader_, log, request_, held_);
      }
      followed->look(log);
    }
    std::erase_if(logs_,
                  [&](const auto& one) { return !now.contains(one.first) && one.second->idle(); });
    listed_ = now.size();
    return {};
  }

  Status wait(MonoTime next) {
    const auto oldest = held_.oldest();
    const MonoTime until = oldest ? std::min(next, *oldest + request_.delay) : next;
    const auto done = reader_.loop().run_until(
        [this] {
          return held_.full() ||
                 std::ranges::any_of(logs_, [](const auto& one) { return one.second->ended(); });
        },
        until);
    return done ? Status() : done.error();
  }

  void step() {
    for (const auto& [key, log] : logs_) {
      if (const std::string trouble = log->step(); !trouble.empty()) {
        listener_.notice(trouble);
      }
    }
  }

  [[nodiscard]] bool over() const {
    return listed_ == 0 ||
           std::ranges::all_of(logs_, [](const auto& one) { return one.second->over(); });
  }

  kube::Reader& reader_;
  FollowRequest request_;
  const FollowListener& listener_;
  Held held_;
  std::map<std::string, std::unique_ptr<FollowedLog>> logs_;
  std::size_t listed_ = 0;
};

}  // namespace

Status follow(kube::Reader& reader, const FollowRequest& request, const FollowListener& listener) {
  return Follower(reader, request, listener).run();
}

}  // namespace cfkops::logs
