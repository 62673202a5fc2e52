#pragma once

#include <atomic>
#include <functional>
#include <mutex>

namespace cfkops::base {

/// A request to stop, as the signal thread makes it and everybody else reads it.
///
/// The first request means: reach the next safe point, then stop. The second: stop waiting now.
/// `request` may be called from any thread; so may the readers.
class Cancel {
 public:
  Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  ~Cancel() = default;

  /// Counts one request for `signal_number` and calls the waker.
  void request(int signal_number);

  /// At least one request was made.
  [[nodiscard]] bool requested() const { return count_.load() > 0; }

  /// At least two requests were made.
  [[nodiscard]] bool forced() const { return count_.load() > 1; }

  /// The number of the first signal, or 0.
  [[nodiscard]] int signal_number() const { return signal_.load(); }

  /// `waker` is called on each request, on the requesting thread; it must be thread-safe and must
  /// outlive this object or be replaced by an empty one first.
  void set_waker(std::function<void()> waker);

 private:
  std::atomic<int> count_{0};
  std::atomic<int> signal_{0};
  std::mutex mutex_;
  std::function<void()> waker_;
};

}  // namespace cfkops::base

namespace cfkops {
using base::Cancel;
}  // namespace cfkops
