#include "cfkops/base/cancel.hpp"

#include <utility>

namespace cfkops::base {

void Cancel::request(int signal_number) {
  int none = 0;
  signal_.compare_exchange_strong(none, signal_number);  // before the count: requested() implies it
  count_.fetch_add(1);
  // Called under the lock, so that nobody can take the waker away while it runs.
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waker_) {
    waker_();
  }
}

void Cancel::set_waker(std::function<void()> waker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  waker_ = std::move(waker);
}

}  // namespace cfkops::base
