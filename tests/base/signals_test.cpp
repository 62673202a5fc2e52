#include "cfkops/base/signals.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace cfkops::base {
namespace {

/// Wakes this thread when `cancel` is asked; waits until it has been `times` times.
class Waiter {
 public:
  explicit Waiter(Cancel& cancel)
      : cancel_(cancel) {
    cancel_.set_waker([this] {
      const std::uint64_t one = 1;
      EXPECT_EQ(::write(event_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    });
  }

  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  ~Waiter() {
    cancel_.set_waker({});
    ::close(event_);
  }

  bool wait() {
    std::uint64_t count = 0;
    return ::read(event_, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
  }

 private:
  Cancel& cancel_;
  int event_ = ::eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
};

/// Puts the signal mask back as it was.
class SavedMask {
 public:
  SavedMask() { ::pthread_sigmask(SIG_SETMASK, nullptr, &saved_); }

  SavedMask(const SavedMask&) = delete;
  SavedMask& operator=(const SavedMask&) = delete;

  ~SavedMask() { ::pthread_sigmask(SIG_SETMASK, &saved_, nullptr); }

 private:
  sigset_t saved_{};
};

TEST(SignalThread, TurnsEachSignalIntoARequest) {
  const SavedMask mask;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    Cancel cancel;
    const SignalThread signals(cancel);
    Waiter waiter(cancel);
    ::kill(::getpid(), number);
    ASSERT_TRUE(waiter.wait());
    EXPECT_EQ(cancel.signal_number(), number);
    EXPECT_FALSE(cancel.forced());
    ::kill(::getpid(), SIGTERM);
    ASSERT_TRUE(waiter.wait());
    EXPECT_TRUE(cancel.forced());
    EXPECT_EQ(cancel.signal_number(), number);
  }
}

TEST(SignalThread, EndsWithoutASignal) {
  const SavedMask mask;
  Cancel cancel;
  { const SignalThread signals(cancel); }
  EXPECT_FALSE(cancel.requested());
}

TEST(SignalThread, ABrokenPipeIsAnErrorAndNoSignal) {
  const SavedMask mask;
  Cancel cancel;
  const SignalThread signals(cancel);
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  EXPECT_EQ(::write(ends[1], "x", 1), -1);
  ::close(ends[1]);
  EXPECT_FALSE(cancel.requested());
}

TEST(SignalThread, LeavesAnIgnoredHangupIgnored) {
  const SavedMask mask;
  const auto before = std::signal(SIGHUP, SIG_IGN);
  {
    Cancel cancel;
    const SignalThread signals(cancel);
    Waiter waiter(cancel);
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGINT);
    ASSERT_TRUE(waiter.wait());
    EXPECT_EQ(cancel.signal_number(), SIGINT);
    EXPECT_FALSE(cancel.forced());
  }
  std::signal(SIGHUP, before);
}

}  // namespace
}  // namespace cfkops::base
