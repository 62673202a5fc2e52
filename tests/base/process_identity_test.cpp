#include "cfkops/base/process_identity.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>

namespace cfkops::base {
namespace {

/// A child that waits to be killed.
class Child {
 public:
  Child()
      : pid_(fork()) {
    if (pid_ == 0) {
      for (;;) {
        pause();
      }
    }
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ~Child() {
    if (!reaped_) {
      reap();
    }
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Dead, but its parent has not asked yet.
  void kill_only() const {
    kill(pid_, SIGKILL);
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }

  void reap() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    reaped_ = true;
  }

 private:
  pid_t pid_;
  bool reaped_ = false;
};

TEST(ProcessIdentity, HasBootNamespaceNumberAndStart) {
  const std::string identity = own_process_identity();
  EXPECT_EQ(std::count(identity.begin(), identity.end(), '/'), 3) << identity;
  EXPECT_NE(identity.find("/" + std::to_string(getpid()) + "/"), std::string::npos) << identity;
}

TEST(ProcessIdentity, OfThisProcessIsOurs) {
  EXPECT_EQ(process_state(own_process_identity()), ProcessState::Ourselves);
}

TEST(ProcessIdentity, OfAnotherTellsWhetherItLives) {
  Child child;
  const std::string identity = process_identity(child.pid());
  EXPECT_EQ(process_state(identity), ProcessState::Alive);
  kill(child.pid(), SIGSTOP);
  EXPECT_EQ(process_state(identity), ProcessState::Alive) << "one that was stopped may go on";
  child.kill_only();
  EXPECT_EQ(process_state(identity), ProcessState::Gone) << "though its number is not free yet";
  child.reap();
  EXPECT_EQ(process_state(identity), ProcessState::Gone);
  EXPECT_EQ(process_identity(child.pid()), "");
}

TEST(ProcessIdentity, OfAProcessWhoseNumberIsAnothersNowIsGone) {
  std::string identity = own_process_identity();
  identity.back() = identity.back() == '1' ? '2' : '1';
  EXPECT_EQ(process_state(identity), ProcessState::Gone);
}

TEST(ProcessIdentity, FromElsewhereSaysNothing) {
  std::string other_boot = own_process_identity();
  other_boot.front() = other_boot.front() == 'a' ? 'b' : 'a';
  const std::string own = own_process_identity();
  const std::string where = own.substr(0, own.find('/', own.find('/') + 1) + 1);
  for (const std::string& text :
       {std::string(), other_boot, where, where + "x/1", where + "-1/1", where + "12"}) {
    EXPECT_EQ(process_state(text), ProcessState::Unknown) << text;
  }
}

}  // namespace
}  // namespace cfkops::base
