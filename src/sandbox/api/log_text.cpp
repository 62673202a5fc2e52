#include "api/log_text.hpp"

#include <algorithm>
#include <optional>

namespace cfkops::sandbox {

namespace {

// With its "\n", if there is one.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
  text.remove_prefix(line.size());
  return line;
}

// Of a line that begins with "[2026-01-01 03:00:05,123]".
std::optional<WallTime> moment_of(std::string_view line) {
  constexpr std::size_t kSize = std::string_view("[2026-01-01 03:00:05,123]").size();
  if (line.size() < kSize || line.front() != '[' || line.at(kSize - 1) != ']') {
    return std::nullopt;
  }
  std::string text(line.substr(1, kSize - 2));
  std::ranges::replace(text, ' ', 'T');
  std::ranges::replace(text, ',', '.');
  const Result<WallTime> moment = base::parse_rfc3339(text + "Z");
  return moment ? std::optional<WallTime>(*moment) : std::nullopt;
}

// RFC 3339 with nine decimals, as a kubelet writes it.
std::string stamp(WallTime moment) {
  std::string text = base::format_rfc3339(moment);
  const std::string nanos = std::to_string(1000 + moment.time_since_epoch().count() % 1000);
  text.insert(text.size() - 1, nanos.substr(1));
  return text;
}

std::string_view last_lines(std::string_view log, std::int64_t count) {
  std::size_t at = log.size();
  if (at > 0 && count > 0 && log.back() == '\n') {
    --at;
  }
  for (; count > 0 && at > 0; --count) {
    const std::size_t end = log.rfind('\n', at - 1);
    if (end == std::string_view::npos) {
      return log;
    }
    at = count == 1 ? end + 1 : end;
  }
  return log.substr(at);
}

// What stands behind the lines that were seen; a log loses its oldest lines now and then.
std::string_view behind(std::string_view seen, std::string_view log) {
  while (!seen.empty() && !log.starts_with(seen)) {
    take_line(seen);
  }
  return log.substr(seen.size());
}

}  // namespace

LogText::LogText(const LogOptions& options, WallTime begin)
    : options_(options),
      moment_(begin),
      left_(static_cast<std::size_t>(std::max<std::int64_t>(options.limit_bytes.value_or(0), 0))) {}

std::string LogText::first(std::string_view log) {
  seen_ = log;
  return written(options_.tail_lines ? last_lines(log, *options_.tail_lines) : log);
}

std::string LogText::more(std::string_view log) {
  std::string text = written(behind(seen_, log));
  seen_ = log;
  return text;
}

std::string LogText::written(std::string_view lines) {
  std::string out;
  while (!lines.empty() && !full()) {
    write(take_line(lines), out);
  }
  return out;
}

void LogText::write(std::string_view line, std::string& out) {
  moment_ = moment_of(line).value_or(moment_);
  if (options_.since && moment_ < *options_.since) {
    return;
  }
  std::string text = options_.timestamps ? stamp(moment_) + " " : std::string();
  text += line;
  if (options_.limit_bytes) {
    text.resize(std::min(text.size(), left_));
    left_ -= text.size();
  }
  out += text;
}

}  // namespace cfkops::sandbox
