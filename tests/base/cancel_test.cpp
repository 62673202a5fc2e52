#include "cfkops/base/cancel.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace cfkops::base {
namespace {

TEST(Cancel, CountsRequestsAndRemembersTheFirstSignal) {
  Cancel cancel;
  EXPECT_FALSE(cancel.requested());
  EXPECT_EQ(cancel.signal_number(), 0);
  cancel.request(SIGTERM);
  EXPECT_TRUE(cancel.requested());
  EXPECT_FALSE(cancel.forced());
  cancel.request(SIGINT);
  EXPECT_TRUE(cancel.forced());
  EXPECT_EQ(cancel.signal_number(), SIGTERM);
}

TEST(Cancel, CallsTheWakerOnEachRequestUntilItIsTakenAway) {
  Cancel cancel;
  int woken = 0;
  cancel.set_waker([&] { ++woken; });
  cancel.request(SIGINT);
  cancel.request(SIGINT);
  EXPECT_EQ(woken, 2);
  cancel.set_waker({});
  cancel.request(SIGINT);
  EXPECT_EQ(woken, 2);
}

TEST(Cancel, TheSignalIsKnownOnceARequestIsSeen) {
  Cancel cancel;
  std::thread other([&] { cancel.request(SIGHUP); });
  while (!cancel.requested()) {
    std::this_thread::yield();
  }
  EXPECT_EQ(cancel.signal_number(), SIGHUP);
  other.join();
}

}  // namespace
}  // namespace cfkops::base
