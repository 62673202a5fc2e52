#include "window_event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook {
namespace {

using std::chrono::days;
using std::chrono::local_days;

/// No window is that far from UTC, nor moved that far by the clocks.
constexpr days kSlack{2};

SysSeconds end_of(const WindowEvent& event, SysSeconds start) {
  if (event.length.days == days(0)) {
    return start + event.length.exact;
  }
  return event.zone.to_sys(event.zone.to_local(start) + event.length.days) + event.length.exact;
}

/// The starts that the rule makes, from about `from` on, until `visit` says false.
void each_start(const WindowEvent& event,
                SysSeconds from,
                const std::function<bool(SysSeconds)>& visit) {
  if (!event.rule) {
    visit(event.zone.to_sys(event.start));
    return;
  }
  const Recurrence& rule = *event.rule;
  const auto first = std::chrono::floor<days>(event.start);
  const auto clock = event.start - first;
  const auto near = std::chrono::floor<days>(event.zone.to_local(from)) - kSlack;
  int number = 0;
  each_day(rule, first, near, [&](local_days day) {
    const SysSeconds start = event.zone.to_sys(day + clock);
    if ((rule.count && ++number > *rule.count) || (rule.until && start > *rule.until) ||
        (rule.until_day && day > *rule.until_day)) {
      return false;
    }
    return visit(start);
  });
}

bool contains(const std::vector<SysSeconds>& times, SysSeconds time) {
  return std::find(times.begin(), times.end(), time) != times.end();
}

bool is_start(const WindowEvent& event, SysSeconds time) {
  bool found = contains(event.extra, time);
  each_start(event, time, [&](SysSeconds start) {
    found = found || start == time;
    return start < time;
  });
  return found;
}

}  // namespace

std::vector<WindowSpan> spans_of(const WindowEvent& event, SysSeconds from, SysSeconds to) {
  std::vector<WindowSpan> spans;
  if (event.called_off) {
    return spans;
  }
  const auto take = [&](SysSeconds start) {
    const SysSeconds end = end_of(event, start);
    if (start < to && end > from && !contains(event.except, start)) {
      spans.push_back({.start = start, .end = end, .event = &event});
    }
    return start < to;
  };
  each_start(event, from - event.length.days - event.length.exact, take);
  for (const SysSeconds start : event.extra) {
    static_cast<void>(take(start));
  }
  std::sort(spans.begin(), spans.end(), [](const WindowSpan& a, const WindowSpan& b) {
    return a.start < b.start;
  });
  return spans;
}

Status check_event(const WindowEvent& event) {
  if (event.length.days + event.length.exact <= std::chrono::seconds(0)) {
    return make_error(
        ErrorCode::InvalidInput, "the window has no length", "let it end after its start");
  }
  if (event.rule) {
    const auto first = std::chrono::floor<days>(event.start);
    std::optional<local_days> begins;
    each_day(*event.rule, first, first, [&](local_days day) {
      begins = day;
      return false;
    });
    if (!begins) {
      return make_error(ErrorCode::InvalidInput,
                        "the rule has no day at all",
                        "look at BYDAY and BYMONTHDAY: no month has all that they ask for");
    }
    if (*begins != first) {
      return make_error(
          ErrorCode::InvalidInput,
          fmt::format("the start, {}, is not a day of its own rule",
                      event.zone.text(event.zone.to_sys(event.start))),
          fmt::format("start on the first day of the rule: {}",
                      event.zone.text(event.zone.to_sys(*begins + (event.start - first)))));
    }
  }
  for (const SysSeconds time : event.except) {
    if (!is_start(event, time)) {
      return make_error(ErrorCode::InvalidInput,
                        fmt::format("the exception {} is none of the starts, so it would leave "
                                    "nothing out",
                                    event.zone.text(time)),
                        "write it as the start has it, with the same time zone");
    }
  }
  return {};
}

}  // namespace cfkops::runbook
