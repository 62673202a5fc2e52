#pragma once

#include "ical_value.hpp"
#include "recurrence.hpp"
#include "zone.hpp"

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cfkops::runbook {

/// A window or a freeze, with all its recurrences.
struct WindowEvent {
  WindowEntry::Kind kind = WindowEntry::Kind::Allow;
  bool called_off = false;  ///< it never is; its calendar has windows all the same
  std::string title;
  Zone zone;
  LocalSeconds start;  ///< of the first one, in `zone`
  IcalSpan length;
  std::optional<Recurrence> rule;
  std::vector<SysSeconds> extra;   ///< RDATE
  std::vector<SysSeconds> except;  ///< EXDATE
};

/// One of them: up to but without `end`.
struct WindowSpan {
  SysSeconds start;
  SysSeconds end;
  const WindowEvent* event = nullptr;  ///< whose it is; of merged ones null
};

/// Those that have a part of the time from `from` to `to`, by their starts; exceptions left out.
[[nodiscard]] std::vector<WindowSpan> spans_of(const WindowEvent& event,
                                               SysSeconds from,
                                               SysSeconds to);

/// What cannot be meant: a first start that the rule does not have (RFC 5545 leaves open what that
/// would be), an exception that is none of the starts, a window that has no length. Errors:
/// InvalidInput, without a place.
[[nodiscard]] Status check_event(const WindowEvent& event);

}  // namespace cfkops::runbook
