#include "cfkops/logs/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace cfkops::logs {

namespace {

constexpr Duration kSilence = std::chrono::minutes(1);
constexpr std::size_t kMostSilences = 10;

/// How soon after its start a container's first line is certain to be its first.
constexpr Duration kPrompt = std::chrono::seconds(5);

/// So many lines tell a pace; so many times that is no pause of it any more.
constexpr std::uint64_t kPaceLines = 100;
constexpr int kPaceTimes = 10;

bool digits(std::string_view text, std::size_t at, std::size_t count, std::int64_t& value) {
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return false;
    }
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

/// "2026-11-28T07:22:33.123456789Z": as kubelets write it where they run in UTC, without the
/// detour.
std::optional<WallTime> quick_time(std::string_view text) {
  constexpr std::size_t kSeconds = 19;
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (text.size() <= kSeconds || !digits(text, 0, 4, year) || !digits(text, 5, 2, month) ||
      !digits(text, 8, 2, day) || !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) ||
      !digits(text, 17, 2, second) || text[10] != 'T') {
    return std::nullopt;
  }
  std::int64_t nanos = 0;
  std::size_t at = kSeconds;
  if (text[at] == '.') {
    std::int64_t unit = 100'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      nanos += (text[at] - '0') * unit;
    }
  }
  if (at + 1 != text.size() || text[at] != 'Z') {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + std::chrono::nanoseconds(nanos);
}

void add_silence(std::vector<Gap>& silences, WallTime from, WallTime to) {
  if (to - from < kSilence) {
    return;
  }
  silences.push_back({from, to, "no lines"});
  if (silences.size() > kMostSilences) {
    silences.erase(
        std::ranges::min_element(silences, {}, [](const Gap& gap) { return gap.to - gap.from; }));
  }
}

}  // namespace

std::string_view to_string(Complete complete) {
  switch (complete) {
    case Complete::Yes:
      return "yes";
    case Complete::No:
      return "no";
    default:
      return "unknown";
  }
}

void LineTimes::add(std::optional<WallTime> time, std::size_t size) {
  ++lines;
  bytes += size;
  if (!time) {
    return;
  }
  first = first ? first : time;
  if (last) {
    add_silence(silences, *last, *time);
  }
  last = time;
}

void LineTimes::add(const LineTimes& behind) {
  lines += behind.lines;
  bytes += behind.bytes;
  if (last && behind.first) {
    add_silence(silences, *last, *behind.first);
  }
  for (const Gap& gap : behind.silences) {
    add_silence(silences, gap.from, gap.to);
  }
  first = first ? first : behind.first;
  last = behind.last ? behind.last : last;
}

TimedLine split_time(std::string_view line) {
  constexpr std::size_t kLongest = 36;
  const std::size_t space = line.substr(0, kLongest).find(' ');
  if (space == std::string_view::npos || line.empty() || line[0] < '0' || line[0] > '9') {
    return {std::nullopt, line};
  }
  const std::string_view text = line.substr(0, space);
  std::optional<WallTime> time = quick_time(text);
  if (!time) {
    const auto parsed = base::parse_rfc3339(std::string(text));
    time = parsed ? std::optional<WallTime>(*parsed) : std::nullopt;
  }
  return time ? TimedLine{time, line.substr(space + 1)} : TimedLine{std::nullopt, line};
}

void judge_beginning(const Beginning& beginning, Coverage& coverage) {
  const auto& [started, oldest, since] = beginning;
  if (since && (!started || *started < *since)) {
    if (oldest && *oldest <= *since) {
      return;
    }
  }
  const std::optional<WallTime> wanted = coverage.from;
  if (!wanted || !oldest) {
    // Without a single line there is nothing that proves anything.
    coverage.complete = Complete::Unknown;
    coverage.why = oldest ? "it is not known when the container began"
                          : "there are no lines: it was silent, or they were rotated away";
    return;
  }
  if (started && *oldest <= *started + kPrompt) {
    return;
  }
  const LineTimes& lines = coverage.lines;
  const Duration missing = *oldest - *wanted;
  if (missing <= Duration::zero()) {
    return;
  }
  const bool paced = lines.lines >= kPaceLines && lines.first && lines.last;
  const Duration pace =
      paced ? (*lines.last - *lines.first) /
                  static_cast<int>(std::min<std::uint64_t>(lines.lines, 1'000'000'000))
            : Duration::zero();
  const bool rotated = paced && missing > std::max<Duration>(kPrompt, pace * kPaceTimes);
  coverage.complete = rotated ? Complete::No : Complete::Unknown;
  coverage.why = rotated ? "older lines were rotated away on the node"
                         : "the log begins late: it was silent till then, or older lines were "
                           "rotated away on the node";
  coverage.gaps.push_back({*wanted, *oldest, rotated ? "rotated away" : "silent or rotated away"});
}

}  // namespace cfkops::logs
