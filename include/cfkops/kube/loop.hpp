#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <functional>

namespace cfkops::kube {

/// Waits by pumping the transport, so that code reads top-down while everything stays on one
/// thread. Borrows its three collaborators, which must outlive it.
class Loop {
 public:
  Loop(Transport& transport, const Clock& clock, const Cancel& cancel)
      : transport_(transport),
        clock_(clock),
        cancel_(cancel) {}

  /// Pumps until `done()` or until `deadline`; true means done. Errors: Cancelled, when a stop is
  /// due (see `stop_due`); what is in flight stays in flight.
  Result<bool> run_until(const std::function<bool()>& done, MonoTime deadline);

  /// The moment that is `limit` away, `grace` added; never, where the limit is zero, which means
  /// none.
  [[nodiscard]] MonoTime deadline(Duration limit, Duration grace = Duration::zero()) const {
    return limit == Duration::zero() ? MonoTime::max() : clock_.now() + limit + grace;
  }

  /// Lets `duration` pass. Errors: Cancelled.
  Status pause(Duration duration);

  /// A wait ends early: at the first request to stop, or, inside a `SafeStretch`, at the second.
  [[nodiscard]] bool stop_due() const;

  /// The error that an interrupted wait returns.
  [[nodiscard]] Error cancelled() const;

  /// What is pumped.
  [[nodiscard]] Transport& transport() { return transport_; }

  /// The time that waits are measured by.
  [[nodiscard]] const Clock& clock() const { return clock_; }

  /// The requests to stop, as they came in.
  [[nodiscard]] const Cancel& cancel() const { return cancel_; }

  /// While one lives, the first request to stop does not interrupt waits: between taking a broker
  /// down and having it back there is no safe point.
  class SafeStretch {
   public:
    /// Begins the stretch; its destruction ends it.
    explicit SafeStretch(Loop& loop)
        : loop_(loop) {
      ++loop_.stretches_;
    }

    SafeStretch(const SafeStretch&) = delete;
    SafeStretch& operator=(const SafeStretch&) = delete;

    ~SafeStretch() { --loop_.stretches_; }

   private:
    Loop& loop_;
  };

 private:
  Transport& transport_;
  const Clock& clock_;
  const Cancel& cancel_;
  int stretches_ = 0;
};

}  // namespace cfkops::kube
