#include "calendar_reader.hpp"

#include "event_reader.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace cfkops::runbook {
namespace {

/// Of a calendar, what has no bearing on when its events are.
constexpr std::array<std::string_view, 12> kIndifferent = {"CATEGORIES",
                                                           "COLOR",
                                                           "DESCRIPTION",
                                                           "IMAGE",
                                                           "LAST-MODIFIED",
                                                           "METHOD",
                                                           "NAME",
                                                           "PRODID",
                                                           "REFRESH-INTERVAL",
                                                           "SOURCE",
                                                           "UID",
                                                           "URL"};

/// Walks over the lines of a file.
class Reader {
 public:
  Reader(std::span<const ContentLine> lines, WindowEntry::Kind otherwise)
      : lines_(lines),
        otherwise_(otherwise) {}

  Result<std::vector<WindowEvent>> read() {
    while (at_ < lines_.size()) {
      CFKOPS_TRY(calendar());
    }
    return std::move(events_);
  }

 private:
  [[nodiscard]] const ContentLine& here() const { return lines_[at_]; }

  [[nodiscard]] bool begins(std::string_view component) const {
    return here().name == "BEGIN" && base::upper(here().value) == component;
  }

  /// Goes behind the END of the component that begins here, and gives the lines in it; those of
  /// components within it are left out.
  Result<std::vector<const ContentLine*>> component();

  Status calendar();
  Status property(const ContentLine& line);
  Status event();

  std::span<const ContentLine> lines_;
  WindowEntry::Kind otherwise_;
  std::size_t at_ = 0;
  std::optional<Zone> floating_;
  std::vector<WindowEvent> events_;
};

Result<std::vector<const ContentLine*>> Reader::component() {
  std::vector<const ContentLine*> inside;
  std::vector<std::string> open;
  const ContentLine& begin = here();
  for (; at_ < lines_.size(); ++at_) {
    const ContentLine& line = here();
    const std::string word = base::upper(line.value);
    if (line.name == "BEGIN") {
      open.push_back(word);
      if (open.size() == 2 && word != "VALARM" && word != "STANDARD" && word != "DAYLIGHT") {
        return line.error(0, fmt::format("{} is not supported here", word), "remove it");
      }
    } else if (line.name == "END") {
      if (word != open.back()) {
        return line.error(0, fmt::format("END:{} where END:{} belongs", word, open.back()));
      }
      open.pop_back();
      if (open.empty()) {
        ++at_;
        return inside;
      }
    } else if (open.size() == 1) {
      inside.push_back(&line);
    }
  }
  return begin.error(0, fmt::format("BEGIN:{} has no END", begin.value), "is the file complete?");
}

Status Reader::property(const ContentLine& line) {
  const std::string value = base::upper(line.value);
  if (line.name == "X-WR-TIMEZONE") {
    auto zone = Zone::find(line.value);
    if (!zone) {
      return line.error(line.value_offset, zone.error().message, zone.error().hint);
    }
    floating_ = *zone;
    return {};
  }
  const bool wrong = (line.name == "VERSION" && value != "2.0") ||
                     (line.name == "CALSCALE" && value != "GREGORIAN") ||
                     (line.name == "METHOD" && value == "CANCEL");
  if (wrong) {
    return line.error(line.value_offset,
                      fmt::format("{}:{} is not supported", line.name, line.value),
                      "calendars are of VERSION:2.0 and CALSCALE:GREGORIAN, and no cancellations");
  }
  const bool known =
      line.name == "VERSION" || line.name == "CALSCALE" || line.name.starts_with("X-") ||
      std::find(kIndifferent.begin(), kIndifferent.end(), line.name) != kIndifferent.end();
  return known ? Status()
               : line.error(0, fmt::format("{} of a calendar is not supported", line.name));
}

Status Reader::event() {
  EventReader reader(here(), otherwise_, floating_);
  CFKOPS_ASSIGN(const std::vector<const ContentLine*> inside, component());
  for (const ContentLine* line : inside) {
    CFKOPS_TRY(reader.take(*line));
  }
  CFKOPS_ASSIGN(WindowEvent event, reader.finish());
  events_.push_back(std::move(event));
  return {};
}

Status Reader::calendar() {
  if (!begins("VCALENDAR")) {
    return here().error(0, "a calendar begins with BEGIN:VCALENDAR", "is this an iCalendar file?");
  }
  const ContentLine& begin = here();
  floating_.reset();
  for (++at_; at_ < lines_.size();) {
    if (here().name == "END") {
      if (base::upper(here().value) != "VCALENDAR") {
        return here().error(0, fmt::format("END:{} where END:VCALENDAR belongs", here().value));
      }
      ++at_;
      return {};
    }
    if (begins("VEVENT")) {
      CFKOPS_TRY(event());
    } else if (begins("VTIMEZONE")) {
      CFKOPS_TRY(component());  // zones are those of the system, by their IANA names
    } else if (here().name == "BEGIN") {
      return here().error(
          0, fmt::format("{} is not supported", here().value), "windows are VEVENTs");
    } else {
      CFKOPS_TRY(property(here()));
      ++at_;
    }
  }
  return begin.error(0, "BEGIN:VCALENDAR has no END", "is the file complete?");
}

}  // namespace

Result<std::vector<WindowEvent>> read_calendar(std::string_view text,
                                               const std::string& file,
                                               WindowEntry::Kind otherwise) {
  CFKOPS_ASSIGN(const std::vector<ContentLine> lines, read_content_lines(text, file));
  if (lines.empty()) {
    Error error = make_error(
        ErrorCode::InvalidInput, "the calendar is empty", "it begins with BEGIN:VCALENDAR");
    error.pos = SourcePos{.file = file, .line = 1, .column = 1};
    return error;
  }
  return Reader(lines, otherwise).read();
}

}  // namespace cfkops::runbook
