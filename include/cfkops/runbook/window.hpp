#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/runbook/model.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A window or a freeze, with its recurrences.
struct WindowEvent;

/// How far ahead windows are looked for.
inline constexpr std::chrono::years kWindowHorizon{5};

/// Windows and freezes that belong together: of one file, or of one runbook. Times are those of
/// RFC 5545; what is read of it, and what is not, is in docs/windows.md. A part of it that is not
/// known is an error and never passed over.
class Calendar {
 public:
  /// Reads an iCalendar file. `otherwise` is what an event is that does not say it. `file` is for
  /// messages. Errors: InvalidInput with line and column.
  [[nodiscard]] static Result<Calendar> parse(
      std::string_view text,
      const std::string& file,
      WindowEntry::Kind otherwise = WindowEntry::Kind::Allow);

  /// Adds a window that a runbook spells out, one without `file`. Errors: InvalidInput at the
  /// entry's place.
  Status add(const WindowEntry& entry);

  /// Adds all of another.
  void add(const Calendar& other);

  /// In no particular order.
  [[nodiscard]] const std::vector<std::shared_ptr<const WindowEvent>>& events() const {
    return events_;
  }

 private:
  std::vector<std::shared_ptr<const WindowEvent>> events_;
};

/// What the windows say of a moment.
struct WindowState {
  bool open = true;

  /// When that changes; nothing: not within `kWindowHorizon`.
  std::optional<WallTime> changes = {};

  /// The same for people, local to the window or freeze that it is the end or the beginning of:
  /// "Tue 2026-01-06 22:00 CET". "" where it does not change.
  std::string changes_local = {};

  /// Why: "window 'Tuesday night'", "freeze 'End of the year'", "outside its windows", "no
  /// windows".
  std::string reason = {};
};

/// All calendars that have a say. A run may go on while each of them lets it: in one that has
/// windows, during one of them; in any, outside of its freezes.
class Windows {
 public:
  void add(Calendar calendar) { calendars_.push_back(std::move(calendar)); }

  /// Nothing is said at all: always open.
  [[nodiscard]] bool empty() const { return calendars_.empty(); }

  [[nodiscard]] WindowState state_at(WallTime now) const;

 private:
  std::vector<Calendar> calendars_;
};

}  // namespace cfkops::runbook
