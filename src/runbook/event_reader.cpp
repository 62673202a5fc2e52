#include "event_reader.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cfkops::runbook {
namespace {

using Kind = WindowEntry::Kind;

/// What has no bearing on when an event is.
constexpr std::array<std::string_view, 25> kIndifferent = {"ATTACH",
                                                           "ATTENDEE",
                                                           "CLASS",
                                                           "COLOR",
                                                           "COMMENT",
                                                           "CONFERENCE",
                                                           "CONTACT",
                                                           "CREATED",
                                                           "DESCRIPTION",
                                                           "DTSTAMP",
                                                           "GEO",
                                                           "IMAGE",
                                                           "LAST-MODIFIED",
                                                           "LOCATION",
                                                           "ORGANIZER",
                                                           "PRIORITY",
                                                           "RELATED-TO",
                                                           "REQUEST-STATUS",
                                                           "RESOURCES",
                                                           "SEQUENCE",
                                                           "SOURCE",
                                                           "STYLED-DESCRIPTION",
                                                           "TRANSP",
                                                           "UID",
                                                           "URL"};

/// Those that an event has once at most.
constexpr std::array<std::string_view, 8> kOnce = {
    "DTEND", "DTSTART", "DURATION", "RRULE", "STATUS", "SUMMARY", "UID", "X-CFKOPS-KIND"};

template <std::size_t Size>
bool among(const std::array<std::string_view, Size>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Only these parameters say something about a time.
Status check_time_params(const ContentLine& line) {
  for (const ContentLine::Param& param : line.params) {
    const bool value = param.name == "VALUE" && (base::upper(param.value) == "DATE" ||
                                                 base::upper(param.value) == "DATE-TIME");
    if (param.name != "TZID" && !value && !param.name.starts_with("X-")) {
      return line.error(param.offset,
                        fmt::format("{}={} is not supported here", param.name, param.value),
                        "times have TZID, and VALUE=DATE or VALUE=DATE-TIME");
    }
  }
  return {};
}

}  // namespace

Status EventReader::take(const ContentLine& line) {
  const std::string& name = line.name;
  if (!seen_.insert(name).second && among(kOnce, name)) {
    return line.error(0, fmt::format("the event has {} twice", name), "keep one of the two");
  }
  if (name == "DTSTART" || name == "DTEND") {
    return take_time(line);
  }
  if (name == "DURATION") {
    return take_length(line);
  }
  if (name == "CATEGORIES" || name == "X-CFKOPS-KIND") {
    return take_kind(line);
  }
  if (name == "STATUS") {
    return take_status(line);
  }
  if (name == "SUMMARY") {
    summary_ = unescape_ical(line.value);
  } else if (name == "RRULE") {
    rule_ = &line;
  } else if (name == "RDATE") {
    extra_.push_back(&line);
  } else if (name == "EXDATE") {
    except_.push_back(&line);
  } else if (!among(kIndifferent, name) && !name.starts_with("X-")) {
    return line.error(0,
                      fmt::format("{} of an event is not supported", name),
                      name == "RECURRENCE-ID"
                          ? "take the changed date out of the series with EXDATE, and make it an "
                            "event of its own"
                          : "what it says about when the window is would be lost; remove it");
  }
  return {};
}

Status EventReader::take_time(const ContentLine& line) {
  CFKOPS_ASSIGN(const std::vector<Moment> found, moments(line));
  if (found.size() != 1) {
    return line.error(line.value_offset, fmt::format("{} has one time", line.name));
  }
  (line.name == "DTSTART" ? start_ : end_) = found.front();
  return {};
}

Status EventReader::take_length(const ContentLine& line) {
  duration_ = parse_ical_duration(line.value);
  if (!duration_) {
    return line.error(line.value_offset,
                      fmt::format("'{}' is no duration", line.value),
                      "write it as PT4H, PT1H30M or P2D");
  }
  return {};
}

Status EventReader::take_kind(const ContentLine& line) {
  if (line.name == "X-CFKOPS-KIND") {
    const std::string word = base::lower(line.value);
    if (word != "allow" && word != "freeze") {
      return line.error(line.value_offset,
                        fmt::format("X-CFKOPS-KIND: '{}' is no kind", line.value),
                        "write allow or freeze");
    }
    kind_ = word == "freeze" ? Kind::Freeze : Kind::Allow;
    kind_said_ = true;
    return {};
  }
  for (const std::string& category : base::split(line.value, ',')) {
    if (!kind_said_ && base::upper(base::trim(category)) == "FREEZE") {
      kind_ = Kind::Freeze;
    }
  }
  return {};
}

Status EventReader::take_status(const ContentLine& line) {
  const std::string status = base::upper(line.value);
  cancelled_ = status == "CANCELLED";
  if (!cancelled_ && status != "CONFIRMED") {
    return line.error(line.value_offset,
                      fmt::format("an event of status {} is neither on nor off", line.value),
                      "confirm it, cancel it or remove it");
  }
  return {};
}

Result<Zone> EventReader::zone_of(const ContentLine& line, const IcalTime& time) const {
  const ContentLine::Param* tzid = line.param("TZID");
  if (time.utc || (tzid == nullptr && floating_)) {
    return time.utc ? Zone() : *floating_;
  }
  if (tzid == nullptr) {
    return line.error(line.value_offset,
                      fmt::format("{}: of which time zone is '{}'?", line.name, line.value),
                      "add it: " + line.name +
                          ";TZID=Europe/Berlin:…, a Z at the end for UTC, or "
                          "X-WR-TIMEZONE:Europe/Berlin for the calendar");
  }
  auto zone = Zone::find(tzid->value);
  if (!zone) {
    return line.error(tzid->offset, zone.error().message, zone.error().hint);
  }
  return *zone;
}

Result<std::vector<EventReader::Moment>> EventReader::moments(const ContentLine& line) const {
  CFKOPS_TRY(check_time_params(line));
  const ContentLine::Param* value = line.param("VALUE");
  std::vector<Moment> found;
  std::size_t offset = line.value_offset;
  for (const std::string& word : base::split(line.value, ',')) {
    const auto time = parse_ical_time(word);
    if (!time) {
      return line.error(offset,
                        fmt::format("{}: '{}' is no date or time", line.name, word),
                        "write it as 20260106T220000, 20260106T220000Z or 20260106");
    }
    if (value != nullptr && (base::upper(value->value) == "DATE") != time->is_date) {
      return line.error(offset,
                        fmt::format("{}: '{}' is not of VALUE={}", line.name, word, value->value),
                        "a DATE is written 20260106, a DATE-TIME 20260106T220000");
    }
    CFKOPS_ASSIGN(const Zone zone, zone_of(line, *time));
    found.push_back({.local = time->local, .zone = zone, .is_date = time->is_date});
    offset += word.size() + 1;
  }
  return found;
}

Status EventReader::set_length(WindowEvent& event) const {
  if (end_ && duration_) {
    return begin_.error(0, "the event has DTEND and DURATION", "keep one of the two");
  }
  if (duration_) {
    event.length = *duration_;
  } else if (!end_) {
    if (!start_->is_date) {
      return begin_.error(0, "the event has no end", "add DTEND or DURATION");
    }
    event.length.days = std::chrono::days(1);
  } else if (end_->is_date != start_->is_date) {
    return begin_.error(0, "of DTSTART and DTEND one is a day and one a time", "write both alike");
  } else if (end_->is_date) {
    event.length.days = std::chrono::duration_cast<std::chrono::days>(end_->local - start_->local);
  } else {
    event.length.exact = end_->sys() - start_->sys();
  }
  return {};
}

Status EventReader::set_rule(WindowEvent& event) const {
  if (rule_ == nullptr) {
    return {};
  }
  auto rule = parse_recurrence(rule_->value);
  if (!rule) {
    const int column = rule.error().pos ? rule.error().pos->column : 1;
    return rule_->error(rule_->value_offset + static_cast<std::size_t>(column) - 1,
                        rule.error().message,
                        rule.error().hint);
  }
  if ((rule->until && start_->is_date) || (rule->until_day && !start_->is_date)) {
    return rule_->error(rule_->value_offset,
                        "of DTSTART and UNTIL one is a day and one a time",
                        "write both alike: UNTIL=20261231, or UNTIL=20261231T230000Z");
  }
  event.rule = *std::move(rule);
  return {};
}

Status EventReader::add_moments(const std::vector<const ContentLine*>& lines,
                                std::vector<SysSeconds>& times) const {
  for (const ContentLine* line : lines) {
    CFKOPS_ASSIGN(const std::vector<Moment> found, moments(*line));
    for (const Moment& moment : found) {
      if (moment.is_date != start_->is_date) {
        return line->error(line->value_offset,
                           fmt::format("of DTSTART and {} one is a day and one a time", line->name),
                           "write both alike");
      }
      times.push_back(moment.sys());
    }
  }
  return {};
}

Result<WindowEvent> EventReader::finish() const {
  if (!start_) {
    return begin_.error(0, "the event has no DTSTART", "add when it begins");
  }
  WindowEvent event;
  event.called_off = cancelled_;
  event.zone = start_->zone;
  event.start = start_->local;
  CFKOPS_TRY(set_length(event));
  CFKOPS_TRY(set_rule(event));
  CFKOPS_TRY(add_moments(extra_, event.extra));
  CFKOPS_TRY(add_moments(except_, event.except));
  event.title = summary_.empty() ? event.zone.text(start_->sys()) : summary_;
  event.kind = !kind_said_ && base::upper(summary_).starts_with("FREEZE") ? Kind::Freeze : kind_;
  if (const Status checked = check_event(event); !checked) {
    return begin_.error(0, checked.error().message, checked.error().hint);
  }
  return event;
}

}  // namespace cfkops::runbook
