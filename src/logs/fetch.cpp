#include "fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::logs {

namespace {

constexpr std::int64_t kProbeBytes = 64;
constexpr int kMostFailures = 5;
constexpr Duration kFirstWait = std::chrono::seconds(1);

/// A line longer than this is cut: at a space, where there is one near, so that no word is.
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;
constexpr std::size_t kNear = std::size_t{4} << 10U;

/// So much of a redacted text is handed to the compressor at once.
constexpr std::size_t kBatch = std::size_t{128} << 10U;

bool heals(ErrorCode code) {
  switch (code) {
    case ErrorCode::TooManyRequests:
    case ErrorCode::ServerError:
    case ErrorCode::Unreachable:
    case ErrorCode::ConnectionLost:
    case ErrorCode::Timeout:
    case ErrorCode::Protocol:
      return true;
    default:
      return false;
  }
}

std::string why_of(const Error& error) {
  return error.code == ErrorCode::NotFound ? "the pod was gone before its log was read"
                                           : error.message;
}

}  // namespace

Fetch::Fetch(kube::Reader& reader, CollectedLog& result, LogPart& part, FetchOptions options)
    : reader_(reader),
      result_(result),
      part_(part),
      options_(std::move(options)),
      redactor_(options_.salt),
      not_before_(reader.loop().clock().now()) {
  const auto& started = result_.log.started;
  // All lines since the container's start are asked for otherwise: the first of them is the oldest.
  const bool whole =
      !options_.tail && (!options_.since || (started && *started >= *options_.since));
  probed_ = whole;
}

bool Fetch::has_news() const {
  return broken_ || (stream_ && stream_->ended());
}

MonoTime Fetch::due() const {
  return stream_ ? stream_->last_heard() + options_.idle : not_before_;
}

void Fetch::start(const kube::LogWindow& window) {
  stream_ = std::make_unique<kube::LogStream>(
      reader_, result_.log.ns, result_.log.pod, window, false, [this](std::string_view bytes) {
        take(bytes);
      });
}

Status Fetch::step() {
  if (broken_) {
    return *broken_;
  }
  const MonoTime now = reader_.loop().clock().now();
  if (stage_ == Stage::Done || (stage_ == Stage::Wait && now < not_before_)) {
    return {};
  }
  if (stage_ == Stage::Wait) {
    kube::LogWindow window;
    window.container = result_.log.container;
    window.previous = result_.log.previous;
    window.timestamps = true;
    stage_ = probed_ ? Stage::Read : Stage::Probe;
    if (!probed_) {
      window.limit_bytes = kProbeBytes;
    } else {
      window.since_time = last_ ? last_ : options_.since;
      window.tail_lines = last_ ? std::nullopt : options_.tail;
    }
    start(window);
    return {};
  }
  if (!stream_->ended()) {
    if (now < stream_->last_heard() + options_.idle) {
      return {};
    }
    stream_.reset();
    return failed(
        make_error(ErrorCode::Timeout,
                   fmt::format("nothing came for {}", base::human_duration(options_.idle))));
  }
  return stage_ == Stage::Probe ? probe_ended() : read_ended(stream_->outcome());
}

/// A question that was not answered is asked by reading itself.
Status Fetch::probe_ended() {
  oldest_ = split_time(probe_).time;
  probed_ = true;
  stream_.reset();
  stage_ = Stage::Wait;
  return step();
}

void Fetch::take(std::string_view bytes) {
  if (stage_ == Stage::Probe) {
    probe_ += bytes;
    return;
  }
  if (!rest_.empty() || in_long_) {
    take_rest(bytes);
  }
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    take_line(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  if (!bytes.empty()) {
    take_rest(bytes);
  }
  if (const Status flushed = flush(); !flushed && !broken_) {
    broken_ = flushed.error();
  }
}

/// Goes on with a line that has begun, up to its end or that of the bytes.
void Fetch::take_rest(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  rest_ += bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  if (end != std::string_view::npos) {
    take_line(std::exchange(rest_, {}));
    in_long_ = false;
    return;
  }
  if (rest_.size() > kLongestLine) {
    const std::size_t space = rest_.find_last_of(" ,;\"");
    const std::size_t cut =
        space != std::string::npos && space + kNear > rest_.size() ? space + 1 : rest_.size();
    const std::string piece = rest_.substr(0, cut);
    rest_.erase(0, cut);
    take_line(piece);
    in_long_ = true;
  }
}

bool Fetch::seen_before(const TimedLine& line) {
  if (!reopened_ || !line.time || !last_) {
    return false;
  }
  if (*line.time < *last_ || (*line.time == *last_ && again_ > 0)) {
    again_ -= *line.time == *last_ ? 1U : 0U;
    seam_ = true;
    return true;
  }
  reopened_ = false;
  if (!seam_) {
    result_.coverage.gaps.push_back({*last_, *line.time, "rotated away while it was read"});
  }
  return false;
}

void Fetch::take_line(std::string_view line) {
  const TimedLine timed = in_long_ ? TimedLine{std::nullopt, line} : split_time(line);
  if (seen_before(timed)) {
    return;
  }
  // Kubelets cut the moment to whole seconds.
  if (timed.time && options_.since && *timed.time < *options_.since) {
    oldest_ = oldest_ ? std::min(*oldest_, *timed.time) : timed.time;
    return;
  }
  ++read_lines_;
  untimed_ = timed.time || in_long_ ? std::string() : std::string(line.substr(0, kNear));
  if (timed.time) {
    oldest_ = oldest_ ? oldest_ : timed.time;
    same_ = timed.time == last_ ? same_ + 1 : 1;
    last_ = timed.time;
    failures_ = 0;
  }
  const std::size_t before = out_.size();
  out_ += line.substr(0, line.size() - timed.text.size());
  redactor_.add_line(timed.text, out_);
  out_ += '\n';
  batch_.add(timed.time, out_.size() - before);
  if (out_.size() >= kBatch) {
    if (const Status flushed = flush(); !flushed && !broken_) {
      broken_ = flushed.error();
    }
  }
}

Status Fetch::flush() {
  if (broken_) {
    return *broken_;
  }
  Status written = part_.write(out_, batch_);
  out_.clear();
  batch_ = {};
  return written;
}

Status Fetch::read_ended(const Status& outcome) {
  stream_.reset();
  if (!outcome) {
    // What came of a line before the connection broke comes again.
    rest_.clear();
    in_long_ = false;
    return failed(outcome.error());
  }
  if (!rest_.empty()) {
    take_line(std::exchange(rest_, {}));
    CFKOPS_TRY(flush());
  }
  return finish();
}

Status Fetch::failed(const Error& error) {
  if (heals(error.code) && ++failures_ <= kMostFailures) {
    const Duration asked = error.retry_after ? Duration(*error.retry_after) : Duration::zero();
    not_before_ =
        reader_.loop().clock().now() +
        std::max<Duration>(asked, kFirstWait * (1LL << static_cast<unsigned>(failures_ - 1)));
    stage_ = Stage::Wait;
    reopened_ = last_.has_value();
    seam_ = false;
    again_ = same_;
    return {};
  }
  const std::string why = why_of(error);
  Coverage& coverage = result_.coverage;
  coverage.complete = Complete::No;
  coverage.why = why;
  const std::optional<WallTime> begin = last_            ? last_
                                        : options_.since ? options_.since
                                                         : result_.log.started;
  const WallTime now = reader_.loop().clock().wall();
  if (begin) {
    coverage.gaps.push_back({*begin, result_.log.finished.value_or(now), "not read: " + why});
  }
  return finish();
}

Status Fetch::stop(const std::string& limit, const std::string& why) {
  stream_.reset();
  rest_.clear();
  result_.coverage.limits.push_back(limit);
  return failed(make_error(ErrorCode::Cancelled, why));
}

Status Fetch::finish() {
  stage_ = Stage::Done;
  Coverage& coverage = result_.coverage;
  if (coverage.complete != Complete::No && !untimed_.empty()) {
    coverage.complete = Complete::No;
    coverage.why = "the node broke off: " + untimed_;
  }
  if (coverage.complete != Complete::No && !coverage.gaps.empty()) {
    coverage.complete = Complete::No;
    coverage.why = "lines were rotated away while they were read";
  }
  CFKOPS_TRY(flush());
  CFKOPS_TRY(part_.close());
  result_.redacted = redactor_.counts();
  coverage.lines = part_.times();
  const auto& log = result_.log;
  coverage.from = !options_.since                                 ? log.started
                  : log.started && *log.started > *options_.since ? log.started
                                                                  : options_.since;
  coverage.until = log.finished ? *log.finished : reader_.loop().clock().wall();
  const bool cut = options_.tail && read_lines_ >= static_cast<std::uint64_t>(*options_.tail);
  if (cut && coverage.lines.first && oldest_ && *oldest_ < *coverage.lines.first) {
    coverage.limits.emplace_back("tail");
    coverage.gaps.push_back({*oldest_, *coverage.lines.first, "not asked for: --tail"});
    coverage.why =
        coverage.complete == Complete::No ? coverage.why : "only the newest lines were asked for";
    coverage.complete = Complete::No;
    return {};
  }
  if (coverage.complete == Complete::No) {
    return {};
  }
  coverage.complete = Complete::Yes;
  judge_beginning({.started = log.started, .oldest = oldest_, .since = options_.since}, coverage);
  return {};
}

}  // namespace cfkops::logs
