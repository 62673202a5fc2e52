#pragma once

#include "cfkops/base/result.hpp"

#include <chrono>
#include <string>

namespace date {
class time_zone;
}  // namespace date

namespace cfkops::runbook {

using LocalSeconds = std::chrono::local_seconds;
using SysSeconds = std::chrono::sys_seconds;

/// A time zone of the machine's IANA database. Cheap to copy; what it refers to is never freed.
class Zone {
 public:
  /// UTC.
  Zone() = default;

  /// The zone of that name: "Europe/Berlin". Errors: InvalidInput where the database has none, or
  /// where there is no database.
  [[nodiscard]] static Result<Zone> find(const std::string& name);

  /// "Europe/Berlin", "UTC".
  [[nodiscard]] std::string name() const;

  /// The moment that a clock on the wall shows `local`. Where clocks are set back and show it
  /// twice it is the first of the two; where they skip it, the one that the offset before the gap
  /// makes of it (RFC 5545, 3.3.5).
  [[nodiscard]] SysSeconds to_sys(LocalSeconds local) const;

  /// What a clock on the wall shows then.
  [[nodiscard]] LocalSeconds to_local(SysSeconds time) const;

  /// For people: "Tue 2026-01-06 22:00 CET".
  [[nodiscard]] std::string text(SysSeconds time) const;

 private:
  explicit Zone(const date::time_zone* zone)
      : zone_(zone) {}

  const date::time_zone* zone_ = nullptr;  ///< null: UTC
};

}  // namespace cfkops::runbook
