#include "cfkops/kube/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace cfkops::kube {

namespace {

std::string signal_text(int number) {
  switch (number) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return fmt::format("signal {}", number);
  }
}

}  // namespace

Loop::Periodic::Periodic(Loop& loop, Duration period, When when, std::function<void()> call)
    : loop_(loop),
      period_(period),
      when_(when),
      call_(std::move(call)),
      due_(loop.clock().now() + period) {
  loop_.periodic_.push_back(this);
}

Loop::Periodic::~Periodic() {
  std::erase(loop_.periodic_, this);
}

MonoTime Loop::call_periodic(When when) {
  if (in_waiting_) {
    return MonoTime::max();
  }
  MonoTime next = MonoTime::max();
  // By index: a call may end another's life, or begin one. NOLINTNEXTLINE(modernize-loop-convert)
  for (std::size_t i = 0; i < periodic_.size(); ++i) {
    Periodic& one = *periodic_[i];
    if (one.when_ == When::Idle && (in_idle_ || when != When::Idle)) {
      continue;
    }
    if (clock_.now() >= one.due_) {
      one.due_ = clock_.now() + one.period_;
      next = std::min(next, one.due_);
      const SafeStretch stretch(*this);
      bool& inside = one.when_ == When::Idle ? in_idle_ : in_waiting_;
      inside = true;
      one.call_();
      inside = false;
      continue;
    }
    next = std::min(next, one.due_);
  }
  return next;
}

Result<bool> Loop::wait(const std::function<bool()>& done, MonoTime deadline, When when) {
  const auto over = [&] { return when == When::Idle ? stop_due() : asked_to_stop(); };
  // At the deadline the transport is pumped once more, so that what has arrived by then counts.
  bool last_round = false;
  for (;;) {
    if (done()) {
      return true;
    }
    if (over()) {
      on_held_stop_ = nullptr;  // it is held no more
      return cancelled();
    }
    tell_held_stop();
    if (last_round) {
      return false;
    }
    const MonoTime next = call_periodic(when);
    if (over()) {  // one of them may have asked for it
      return cancelled();
    }
    last_round = clock_.now() >= deadline;
    transport_.pump(std::min(deadline, next));
  }
}

void Loop::tell_held_stop() {
  if (on_held_stop_ && cancel_.requested() && stretch() != 0) {
    std::exchange(on_held_stop_, nullptr)();
  }
}

Result<bool> Loop::run_until(const std::function<bool()>& done, MonoTime deadline) {
  return wait(done, deadline, When::Waiting);
}

Result<bool> Loop::idle_until(const std::function<bool()>& done, MonoTime deadline) {
  return wait(done, deadline, When::Idle);
}

Status Loop::pause(Duration duration) {
  CFKOPS_TRY(idle_until([] { return false; }, clock_.now() + duration));
  return {};
}

bool Loop::asked_to_stop() const {
  return stretches_ > 0 ? cancel_.forced() : cancel_.requested() || stop_.has_value();
}

bool Loop::stop_due() const {
  return (stop_ && stop_when_ == Stop::Now) || asked_to_stop();
}

void Loop::request_stop(Error why, Stop when) {
  if (!stop_ || (when == Stop::Now && stop_when_ != Stop::Now)) {
    stop_ = std::move(why);
    stop_when_ = when;
  }
}

void Loop::withdraw_stop(std::string_view reason) {
  if (stop_ && stop_->reason == reason) {
    stop_.reset();
  }
}

Error Loop::cancelled() const {
  if (stop_ && (stop_when_ == Stop::Now || !cancel_.requested())) {
    return *stop_;
  }
  const int number = cancel_.signal_number();
  return make_error(ErrorCode::Cancelled,
                    number == 0 ? "interrupted" : "interrupted by " + signal_text(number));
}

}  // namespace cfkops::kube
