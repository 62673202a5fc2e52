#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/runbook/window.hpp"

#include <string>
#include <string_view>

namespace cfkops::engine {

/// The `reason` of the error of a run that its change windows refuse or stop.
inline constexpr std::string_view kWindowReason = "window";

/// What the change windows say of a run, as of a moment.
struct PlannedWindow {
  /// Whether the steps end before the window does, by their estimates.
  enum class Fit { Yes, No, Unknown };

  bool restricted = false;  ///< there are calendars at all; all else is of no meaning otherwise
  runbook::WindowState state = {};
  Fit fit = Fit::Yes;
  Duration needed = {};      ///< by the steps whose time is known
  std::string ignored = {};  ///< why the windows do not count for this run; "": they do

  /// A run may not begin: it is closed, or the steps are known not to fit.
  [[nodiscard]] bool refuses() const;

  /// One line for people: whether it is open, until when, why, and whether the steps fit. "" where
  /// nothing is restricted.
  [[nodiscard]] std::string text() const;

  /// The refusal. Code Refused, reason `kWindowReason`.
  [[nodiscard]] Error error() const;
};

/// As it stands in JSON: "yes", "no", "unknown".
[[nodiscard]] std::string_view to_string(PlannedWindow::Fit fit);

}  // namespace cfkops::engine
