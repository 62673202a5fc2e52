#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

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

  /// As `run_until`, for waits that hold nothing open: no request of the caller's is under way, so
  /// that a `Periodic` of kind `Idle` may send its own in between.
  Result<bool> idle_until(const std::function<bool()>& done, MonoTime deadline);

  /// Lets `duration` pass, idle. Errors: Cancelled.
  Status pause(Duration duration);

  /// A wait ends early: at the first request to stop, or, inside a `SafeStretch`, at the second;
  /// one with nothing open also after `request_stop` with `Stop::Now`.
  [[nodiscard]] bool stop_due() const;

  /// The error that an interrupted wait returns: a person's request before one of the program.
  [[nodiscard]] Error cancelled() const;

  /// When a stop that the program asks for takes effect.
  enum class Stop {
    SafePoint,  ///< as after the first request of a person
    Now,        ///< also inside a `SafeStretch`; what is in flight is still waited for
  };

  /// From now on a stop is due, until it is taken back: a guard is breached, a lock is lost. `why`
  /// is of code Cancelled, with a `reason` that tells whose it is; the first one of a kind stands,
  /// and one that is due now replaces the other.
  void request_stop(Error why, Stop when = Stop::SafePoint);

  /// Takes back the one of that reason, so that what was done can be undone.
  void withdraw_stop(std::string_view reason);

  /// `tell` is called once, on the loop's thread, by a wait that goes on within a SafeStretch
  /// though a person has asked to stop: somebody should tell them. Replaces the one before.
  void on_held_stop(std::function<void()> tell) { on_held_stop_ = std::move(tell); }

  /// Which SafeStretch lives, the outermost: no two have the same number. 0 where none does but
  /// that of a `Periodic` itself.
  [[nodiscard]] std::uint64_t stretch() const {
    return stretches_ > (in_idle_ ? 1 : 0) + (in_waiting_ ? 1 : 0) ? stretch_number_ : 0;
  }

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
      loop_.stretch_number_ += loop_.stretches_ == 0 ? 1 : 0;
      ++loop_.stretches_;
    }

    SafeStretch(const SafeStretch&) = delete;
    SafeStretch& operator=(const SafeStretch&) = delete;

    ~SafeStretch() { --loop_.stretches_; }

   private:
    Loop& loop_;
  };

  /// When a `Periodic` may be called.
  enum class When {
    Waiting,  ///< in every wait, also while the answer to a request is awaited
    Idle,     ///< only in waits that hold nothing open (`idle_until`, `pause`, watches)
  };

  /// While one lives, `call` is called about every `period` by whoever waits, on the loop's thread.
  /// It may send requests and wait for them itself; while it does, no other of its kind is called,
  /// and while one of kind `Waiting` does, none at all: a lock is renewed amid a guard that takes
  /// its time. What it waits for is not interrupted by the first request to stop.
  class Periodic {
   public:
    /// The first call is due one period from now. The loop must outlive it.
    Periodic(Loop& loop, Duration period, When when, std::function<void()> call);
    Periodic(const Periodic&) = delete;
    Periodic& operator=(const Periodic&) = delete;
    ~Periodic();

   private:
    friend class Loop;

    Loop& loop_;
    Duration period_;
    When when_;
    std::function<void()> call_;
    MonoTime due_;
  };

 private:
  Result<bool> wait(const std::function<bool()>& done, MonoTime deadline, When when);
  [[nodiscard]] bool asked_to_stop() const;

  void tell_held_stop();

  /// Calls those that are due, and returns when the next will be.
  MonoTime call_periodic(When when);

  Transport& transport_;
  const Clock& clock_;
  const Cancel& cancel_;
  std::optional<Error> stop_;
  Stop stop_when_ = Stop::SafePoint;
  int stretches_ = 0;
  std::uint64_t stretch_number_ = 0;
  std::function<void()> on_held_stop_;
  std::vector<Periodic*> periodic_;
  bool in_idle_ = false;     ///< within the call of a Periodic of that kind
  bool in_waiting_ = false;  ///< ditto
};

}  // namespace cfkops::kube
