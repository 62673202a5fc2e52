#include "cfkops/engine/planned_window.hpp"

#include "window_gate.hpp"

#include <fmt/format.h>

namespace cfkops::engine {
namespace {

/// "Tue 2026-01-06 22:00 CET (2026-01-06T21:00Z)"
std::string both_times(const runbook::WindowState& state) {
  const std::string utc = base::format_rfc3339(*state.changes).substr(0, 16) + "Z";
  return state.changes_local + " (" + utc + ")";
}

std::string fit_text(const PlannedWindow& window) {
  switch (window.fit) {
    case PlannedWindow::Fit::Yes:
      return "";
    case PlannedWindow::Fit::No:
      return fmt::format("; the steps need about {} and would not end in time",
                         base::human_duration(window.needed));
    case PlannedWindow::Fit::Unknown:
      return "; whether the steps end in time is not known: when it closes the run stops at its "
             "next safe point";
  }
  return "";
}

}  // namespace

bool PlannedWindow::refuses() const {
  return restricted && ignored.empty() && (!state.open || fit == Fit::No);
}

std::string PlannedWindow::text() const {
  if (!restricted) {
    return "";
  }
  std::string text;
  if (state.open) {
    text = state.changes ? "open until " + both_times(state) : "open";
    text += ", " + state.reason + (ignored.empty() ? fit_text(*this) : "");
  } else {
    text = "closed, " + state.reason + "; ";
    text += state.changes
                ? "opens " + both_times(state)
                : fmt::format("does not open within {} years", runbook::kWindowHorizon.count());
  }
  return text + (ignored.empty() ? "" : "; ignored: " + ignored);
}

Error PlannedWindow::error() const {
  Error error =
      make_error(ErrorCode::Refused,
                 "the change window: " + text(),
                 "run it once the window is open and long enough; in an emergency say why "
                 "with --ignore-windows REASON");
  error.reason = kWindowReason;
  return error;
}

std::string_view to_string(PlannedWindow::Fit fit) {
  switch (fit) {
    case PlannedWindow::Fit::Yes:
      return "yes";
    case PlannedWindow::Fit::No:
      return "no";
    case PlannedWindow::Fit::Unknown:
      break;
  }
  return "unknown";
}

PlannedWindow planned_window(const RunRequest& request,
                             const std::vector<PlannedStep>& steps,
                             WallTime now) {
  PlannedWindow window;
  if (request.windows == nullptr || request.windows->empty()) {
    return window;
  }
  window.restricted = true;
  window.ignored = request.ignore_windows;
  window.state = request.windows->state_at(now);
  bool all_known = true;
  for (const PlannedStep& step : steps) {
    if (step.skipped.empty()) {
      all_known = all_known && step.plan.estimate.has_value();
      window.needed += step.plan.estimate.value_or(Duration::zero());
    }
  }
  if (window.state.open && window.state.changes) {
    window.fit = now + window.needed > *window.state.changes ? PlannedWindow::Fit::No
                 : all_known                                 ? PlannedWindow::Fit::Yes
                                                             : PlannedWindow::Fit::Unknown;
  }
  return window;
}

}  // namespace cfkops::engine
