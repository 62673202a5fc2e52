#include "calendar_reader.hpp"
#include "window_event.hpp"

#include "cfkops/runbook/window.hpp"

#include <fmt/format.h>

#include <utility>

namespace cfkops::runbook {
namespace {

/// The same error at the place of a runbook's entry.
Error at(const WindowEntry& entry, Error error) {
  error.pos = entry.pos;
  return error;
}

Result<LocalSeconds> local_time(const WindowEntry& entry,
                                std::string_view key,
                                const std::string& text) {
  const auto time = parse_local_time(text);
  if (!time) {
    return at(entry,
              make_error(ErrorCode::InvalidInput,
                         fmt::format("'{}' of the window: '{}' is no date and time", key, text),
                         "write it as 2026-01-06T22:00"));
  }
  return *time;
}

/// The first start as one of these, so that a title names it.
std::string title_of(const WindowEntry& entry) {
  return entry.title.empty() ? entry.start : entry.title;
}

}  // namespace

Result<Calendar> Calendar::parse(std::string_view text,
                                 const std::string& file,
                                 WindowEntry::Kind otherwise) {
  CFKOPS_ASSIGN(std::vector<WindowEvent> events, read_calendar(text, file, otherwise));
  Calendar calendar;
  for (WindowEvent& event : events) {
    calendar.events_.push_back(std::make_shared<const WindowEvent>(std::move(event)));
  }
  return calendar;
}

Status Calendar::add(const WindowEntry& entry) {
  WindowEvent event;
  event.kind = entry.kind;
  event.title = title_of(entry);
  if (!entry.timezone.empty()) {
    auto zone = Zone::find(entry.timezone);
    if (!zone) {
      return at(entry, std::move(zone).error());
    }
    event.zone = *zone;
  }
  CFKOPS_ASSIGN(event.start, local_time(entry, "start", entry.start));
  event.length.exact =
      std::chrono::floor<std::chrono::seconds>(entry.duration.value_or(Duration(0)));
  if (!entry.rrule.empty()) {
    auto rule = parse_recurrence(entry.rrule);
    if (!rule) {
      return at(entry, std::move(rule).error());
    }
    event.rule = *std::move(rule);
  }
  for (const std::string& text : entry.except) {
    CFKOPS_ASSIGN(const LocalSeconds local, local_time(entry, "except", text));
    event.except.push_back(event.zone.to_sys(local));
  }
  if (Status checked = check_event(event); !checked) {
    return at(entry, std::move(checked).error());
  }
  events_.push_back(std::make_shared<const WindowEvent>(std::move(event)));
  return {};
}

void Calendar::add(const Calendar& other) {
  events_.insert(events_.end(), other.events_.begin(), other.events_.end());
}

}  // namespace cfkops::runbook
