#include "window_gate.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::engine {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(5);

}  // namespace

Status WindowGate::check(const std::vector<PlannedStep>& steps) const {
  const PlannedWindow window = planned_window(state_.request, steps, state_.loop().clock().wall());
  return window.refuses() ? Status(window.error()) : Status();
}

Status WindowGate::begin() {
  const PlannedWindow window = planned_window(state_.request, {}, state_.loop().clock().wall());
  if (!window.restricted) {
    return {};
  }
  if (!window.ignored.empty()) {
    const std::string text = "the change windows are ignored: " + window.text();
    state_.environment.observer.on_notice(text);
    state_.left.push_back(text);
    return note("ignored", text);
  }
  watching_ = true;
  if (!std::exchange(gate_added_, true)) {
    state_.environment.journal.add_gate(*this);
  }
  periodic_.emplace(state_.loop(), kLookEvery, kube::Loop::When::Waiting, [this] {
    if (closed()) {
      static_cast<void>(stop());  // for whoever waits, or goes on next
    }
  });
  return {};
}

void WindowGate::end() {
  watching_ = false;
  periodic_.reset();
  state_.loop().withdraw_stop(kWindowReason);
}

Status WindowGate::may_leave(const kube::Mutation& /*mutation*/) {
  const std::uint64_t stretch = state_.loop().stretch();
  if (!watching_ || (stretch != 0 && stretch == let_out_in_)) {
    return {};
  }
  if (closed()) {
    return stop();
  }
  let_out_in_ = stretch;
  return {};
}

bool WindowGate::closed() {
  const WallTime now = state_.loop().clock().wall();
  const bool known = last_ && now >= asked_ && (!last_->changes || now < *last_->changes);
  if (!known) {
    asked_ = now;
    last_ = state_.request.windows->state_at(now);
  }
  return !last_->open;
}

Status WindowGate::stop() {
  const PlannedWindow window = planned_window(state_.request, {}, state_.loop().clock().wall());
  Error error = window.error();
  error.code = ErrorCode::Cancelled;
  error.message = "the change window has closed: " + window.text();
  if (!std::exchange(told_, true)) {
    state_.environment.observer.on_notice(error.message + "; the run stops at its next safe point");
    CFKOPS_TRY(note("closed", error.message));
  }
  state_.loop().request_stop(error);
  return error;
}

Status WindowGate::note(const std::string& event, const std::string& text) const {
  Journal::Aside aside(state_.environment.journal, "window");
  return state_.environment.journal.write(
      audit::Phase::Note,
      Json(nlohmann::json{{"kind", "window"},
                          {"event", event},
                          {"text", text},
                          {"reason", state_.request.ignore_windows}}),
      audit::Durable::Yes);
}

}  // namespace cfkops::engine
