#include "fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::logs {

namespace {

constexpr std::size_t kProbeBytes = 64;
constexpr int kMostFailures = 5;
constexpr Duration kFirstWait = std::chrono::seconds(1);

/// A line longer than this is cut there.
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

/// What a kubelet says of an error is shorter.
constexpr std::size_t kLongestWords = 500;

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
      not_before_(reader.loop().clock().now()),
      lines_(kLongestLine,
             [this](std::string_view line, std::uint64_t left_out) { take_line(line, left_out); }) {
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
  stream_ = std::make_unique<kube::LogStream>(reader_,
                                              result_.log.ns,
                                              result_.log.pod,
                                              window,
                                              kube::Follow::No,
                                              [this](std::string_view bytes) { take(bytes); });
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
      window.limit_bytes = static_cast<std::int64_t>(kProbeBytes);
    } else {
      const auto& last = repeats_.last();
      window.since_time = last ? last : options_.since;
      window.tail_lines = last ? std::nullopt : options_.tail;
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
    probe_ += bytes.substr(0, kProbeBytes - std::min(kProbeBytes, probe_.size()));
    return;
  }
  lines_.add(bytes);
  flush();
}

bool Fetch::is_new(const std::optional<WallTime>& time) {
  const std::optional<WallTime> before = repeats_.last();
  const Repeats::Line line = repeats_.add(time);
  if (line == Repeats::Line::NewBehindGap) {
    result_.coverage.gaps.push_back({*before, *time, "rotated away while it was read"});
  }
  return line != Repeats::Line::Again;
}

void Fetch::take_line(std::string_view line, std::uint64_t left_out) {
  const TimedLine timed = split_time(line);
  if (!is_new(timed.time)) {
    return;
  }
  // Kubelets cut the moment to whole seconds.
  if (timed.time && options_.since && *timed.time < *options_.since) {
    oldest_ = oldest_ ? std::min(*oldest_, *timed.time) : timed.time;
    return;
  }
  ++read_lines_;
  if (timed.time) {
    oldest_ = oldest_ ? oldest_ : timed.time;
    failures_ = 0;
  }
  const std::size_t before = out_.size();
  out_ += line.substr(0, line.size() - timed.text.size());
  const std::size_t text = out_.size();
  redactor_.add_line(timed.text, out_);
  untimed_ = timed.time ? std::string() : out_.substr(text, kLongestWords);
  if (left_out > 0) {
    long_lines_ = true;
    out_ += fmt::format(" [cfkops: {} more bytes of this line were left out]", left_out);
  }
  out_ += '\n';
  batch_.add(timed.time, out_.size() - before);
  if (out_.size() >= kBatch) {
    flush();
  }
}

/// Nothing more is written behind an error of the store.
void Fetch::flush() {
  if (broken_) {
    return;
  }
  if (const Status written = part_.write(out_, batch_); !written) {
    broken_ = written.error();
  }
  out_.clear();
  batch_ = {};
}

Status Fetch::read_ended(const Status& outcome) {
  stream_.reset();
  if (!outcome) {
    return failed(outcome.error());
  }
  lines_.end();
  return finish();
}

Status Fetch::failed(const Error& error) {
  // What came of a line before the connection broke comes again.
  lines_.drop();
  if (heals(error.code) && ++failures_ <= kMostFailures) {
    const Duration asked = error.retry_after ? Duration(*error.retry_after) : Duration::zero();
    not_before_ =
        reader_.loop().clock().now() +
        std::max<Duration>(asked, kFirstWait * (1LL << static_cast<unsigned>(failures_ - 1)));
    stage_ = Stage::Wait;
    repeats_.reopened();
    return {};
  }
  const std::string why = why_of(error);
  Coverage& coverage = result_.coverage;
  coverage.complete = Complete::No;
  coverage.why = why;
  const auto& last = repeats_.last();
  const std::optional<WallTime> begin = last             ? last
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
  result_.coverage.limits.push_back(limit);
  return failed(make_error(ErrorCode::Cancelled, why));
}

/// What became of it while it was read.
void Fetch::judge_end() {
  Coverage& coverage = result_.coverage;
  if (long_lines_) {
    coverage.limits.emplace_back("line-size");
  }
  if (coverage.complete != Complete::No && !untimed_.empty()) {
    coverage.complete = Complete::No;
    coverage.why = "the node broke off: " + untimed_;
  }
  if (coverage.complete != Complete::No && !coverage.gaps.empty()) {
    coverage.complete = Complete::No;
    coverage.why = "lines were rotated away while they were read";
  }
  if (coverage.complete != Complete::No && long_lines_) {
    coverage.complete = Complete::No;
    coverage.why = fmt::format("lines of more than {} bytes were cut", kLongestLine);
  }
}

Status Fetch::finish() {
  stage_ = Stage::Done;
  judge_end();
  Coverage& coverage = result_.coverage;
  flush();
  if (broken_) {
    return *broken_;
  }
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
