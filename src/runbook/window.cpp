#include "cfkops/runbook/window.hpp"

#include "window_event.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cfkops::runbook {
namespace {

using Kind = WindowEntry::Kind;
using Spans = std::vector<WindowSpan>;

/// Sorted and disjoint: those that overlap or touch become one.
Spans merged(Spans spans) {
  std::sort(spans.begin(), spans.end(), [](const WindowSpan& a, const WindowSpan& b) {
    return a.start < b.start;
  });
  Spans out;
  for (const WindowSpan& span : spans) {
    if (!out.empty() && span.start <= out.back().end) {
      out.back().end = std::max(out.back().end, span.end);
    } else {
      out.push_back({.start = span.start, .end = span.end, .event = nullptr});
    }
  }
  return out;
}

/// What lies between them; both sides are sorted and disjoint.
Spans gaps(const Spans& spans, SysSeconds from, SysSeconds to) {
  Spans out;
  SysSeconds at = from;
  for (const WindowSpan& span : spans) {
    if (span.start > at) {
      out.push_back({.start = at, .end = std::min(span.start, to), .event = nullptr});
    }
    at = std::max(at, span.end);
  }
  if (at < to) {
    out.push_back({.start = at, .end = to, .event = nullptr});
  }
  return out;
}

/// All spans of all calendars within a time, and what may be done when.
class Outlook {
 public:
  Outlook(const std::vector<Calendar>& calendars, SysSeconds from, SysSeconds to)
      : from_(from),
        to_(to) {
    Spans denied;
    for (const Calendar& calendar : calendars) {
      look(calendar, denied);
    }
    open_ = gaps(merged(std::move(denied)), from, to);
  }

  [[nodiscard]] const Spans& open() const { return open_; }

  /// The first one of that kind that is on then, or nullptr.
  [[nodiscard]] const WindowEvent* on(Kind kind, SysSeconds time) const {
    const auto found = std::find_if(raw_.begin(), raw_.end(), [&](const WindowSpan& span) {
      return span.event->kind == kind && span.start <= time && time < span.end;
    });
    return found == raw_.end() ? nullptr : found->event;
  }

  /// That moment as it is called where it is the edge of a window or freeze.
  [[nodiscard]] std::string text(SysSeconds edge) const {
    const auto found = std::find_if(raw_.begin(), raw_.end(), [&](const WindowSpan& span) {
      return span.start == edge || span.end == edge;
    });
    return found == raw_.end() ? Zone().text(edge) : found->event->zone.text(edge);
  }

 private:
  void look(const Calendar& calendar, Spans& denied) {
    Spans allowed;
    bool has_windows = false;
    for (const auto& event : calendar.events()) {
      const Spans spans = spans_of(*event, from_, to_);
      raw_.insert(raw_.end(), spans.begin(), spans.end());
      const bool allows = event->kind == Kind::Allow;
      has_windows = has_windows || allows;
      Spans& mine = allows ? allowed : denied;
      mine.insert(mine.end(), spans.begin(), spans.end());
    }
    if (has_windows) {
      const Spans outside = gaps(merged(std::move(allowed)), from_, to_);
      denied.insert(denied.end(), outside.begin(), outside.end());
    }
  }

  SysSeconds from_;
  SysSeconds to_;
  Spans raw_;
  Spans open_;
};

}  // namespace

WindowState Windows::state_at(WallTime now) const {
  const SysSeconds time = std::chrono::floor<std::chrono::seconds>(now);
  const SysSeconds horizon =
      time + std::chrono::duration_cast<std::chrono::seconds>(kWindowHorizon);
  const Outlook outlook(calendars_, time, horizon);
  const auto next = std::find_if(outlook.open().begin(),
                                 outlook.open().end(),
                                 [&](const WindowSpan& span) { return span.end > time; });
  WindowState state;
  state.open = next != outlook.open().end() && next->start <= time;
  if (next != outlook.open().end()) {
    const SysSeconds change = state.open ? next->end : next->start;
    if (change < horizon) {
      state.changes = change;
      state.changes_local = outlook.text(change);
    }
  }
  const WindowEvent* freeze = outlook.on(Kind::Freeze, time);
  const WindowEvent* window = outlook.on(Kind::Allow, time);
  if (state.open) {
    state.reason = window == nullptr ? "no windows" : fmt::format("window '{}'", window->title);
  } else {
    state.reason =
        freeze == nullptr ? "outside its windows" : fmt::format("freeze '{}'", freeze->title);
  }
  return state;
}

}  // namespace cfkops::runbook
