#include "timeline.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Not zero, so that a moment nobody has set is never one of the simulation.
constexpr MonoTime kStart{std::chrono::hours(1)};

MonoTime later(MonoTime now, Duration delay) {
  const Duration wait = std::max(delay, Duration::zero());
  return wait > MonoTime::max() - now ? MonoTime::max() : now + wait;
}

}  // namespace

Duration bounded_seconds(std::int64_t seconds) {
  constexpr std::int64_t kMost = 100LL * 365 * 24 * 3600;
  return std::chrono::seconds(std::clamp(seconds, -kMost, kMost));
}

Timeline::Timeline(WallTime wall)
    : now_(kStart),
      start_wall_(wall),
      start_(kStart) {}

WallTime Timeline::wall() const {
  return start_wall_ + (now_ - start_) + wall_offset_;
}

Timeline::TimerId Timeline::after(Duration delay, std::function<void()> what) {
  const TimerId timer = ++last_;
  const MonoTime when = later(now_, delay);
  due_.emplace(std::pair(when, timer), std::move(what));
  timers_.emplace(timer, when);
  return timer;
}

void Timeline::run_after(Duration delay, std::function<void()> what) {
  due_.emplace(std::pair(later(now_, delay), ++last_), std::move(what));
}

void Timeline::cancel(TimerId timer) {
  const auto found = timers_.find(timer);
  if (found == timers_.end()) {
    return;
  }
  due_.erase(std::pair(found->second, timer));
  timers_.erase(found);
}

MonoTime Timeline::next() const {
  return due_.empty() ? MonoTime::max() : due_.begin()->first.first;
}

void Timeline::advance_to(MonoTime until) {
  while (step(until)) {
  }
}

bool Timeline::step(MonoTime until) {
  const MonoTime limit = std::max(until, now_);
  if (due_.empty() || due_.begin()->first.first > limit) {
    now_ = limit;
    return false;
  }
  // Taken out first: it may ask for more, or cancel itself.
  auto first = due_.extract(due_.begin());
  timers_.erase(first.key().second);
  now_ = std::max(now_, first.key().first);
  first.mapped()();
  return true;
}

}  // namespace cfkops::sandbox
