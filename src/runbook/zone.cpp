#include "zone.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <date/tz.h>

#include <array>
#include <exception>
#include <string_view>
#include <vector>

namespace cfkops::runbook {
namespace {

std::string near_name(const std::string& name) {
  std::vector<std::string> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    names.push_back(zone.name());
  }
  return base::did_you_mean(name, names);
}

std::chrono::seconds offset_at(const date::time_zone* zone, SysSeconds time) {
  return zone == nullptr ? std::chrono::seconds(0)
                         : zone->get_info(date::sys_seconds(time.time_since_epoch())).offset;
}

}  // namespace

// The library throws where it finds no zone, and no database.
Result<Zone> Zone::find(const std::string& name) {
  if (name == "UTC" || name == "Etc/UTC") {
    return Zone();
  }
  try {
    const date::time_zone* zone = nullptr;
    for (const date::time_zone& one : date::get_tzdb().zones) {
      zone = one.name() == name ? &one : zone;
    }
    if (zone == nullptr) {
      return make_error(ErrorCode::InvalidInput,
                        fmt::format("there is no time zone '{}'{}", name, near_name(name)),
                        "name one as IANA does, such as Europe/Berlin");
    }
    static_cast<void>(zone->get_info(date::sys_seconds{}));  // reads its file, now or never
    return Zone(zone);
  } catch (const std::exception& failure) {
    return make_error(ErrorCode::InvalidInput,
                      fmt::format("time zone '{}' cannot be read: {}", name, failure.what()),
                      "install the time zones of the system (package tzdata)");
  }
}

std::string Zone::name() const {
  return zone_ == nullptr ? "UTC" : zone_->name();
}

SysSeconds Zone::to_sys(LocalSeconds local) const {
  if (zone_ == nullptr) {
    return SysSeconds(local.time_since_epoch());
  }
  // In a gap `first` is what was before it, and of two offsets the one that came first.
  const date::local_info info = zone_->get_info(date::local_seconds(local.time_since_epoch()));
  return SysSeconds(local.time_since_epoch() - info.first.offset);
}

LocalSeconds Zone::to_local(SysSeconds time) const {
  return LocalSeconds(time.time_since_epoch() + offset_at(zone_, time));
}

std::string Zone::text(SysSeconds time) const {
  constexpr std::array<std::string_view, 7> kDays = {
      "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const LocalSeconds local = to_local(time);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss clock(local - day);
  const std::string seconds =
      clock.seconds().count() == 0 ? "" : fmt::format(":{:02}", clock.seconds().count());
  return fmt::format("{} {}-{:02}-{:02} {:02}:{:02}{} {}",
                     kDays.at(std::chrono::weekday(day).c_encoding()),
                     static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()),
                     clock.hours().count(),
                     clock.minutes().count(),
                     seconds,
                     zone_ == nullptr
                         ? "UTC"
                         : zone_->get_info(date::sys_seconds(time.time_since_epoch())).abbrev);
}

}  // namespace cfkops::runbook
