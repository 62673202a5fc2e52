#include "cfkops/base/signals.hpp"

#include "posix.hpp"

#include "cfkops/base/check.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace cfkops::base {
namespace {

/// The signals that ask us to stop. Who started us with SIGHUP ignored (nohup) wants us to outlive
/// the terminal, so then it stays ignored.
sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);

  struct sigaction hangup {};

  if (::sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN) {
    sigaddset(&signals, SIGHUP);
  }
  return signals;
}

/// Passes signals on until `stop` becomes readable.
void listen(Cancel& cancel, const FileDescriptor& signals, int stop) {
  std::array<pollfd, 2> watched = {pollfd{signals.get(), POLLIN, 0}, pollfd{stop, POLLIN, 0}};
  while (true) {
    const int ready = ::poll(watched.data(), watched.size(), -1);
    CFKOPS_CHECK(ready > 0 || errno == EINTR);
    if (ready > 0 && watched[0].revents != 0) {
      signalfd_siginfo info{};
      if (::read(signals.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        cancel.request(static_cast<int>(info.ssi_signo));
      }
    }
    if (ready > 0 && watched[1].revents != 0) {
      return;
    }
  }
}

std::atomic<std::uint64_t> g_continued{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);  // a signal handler counts

void count_continued(int /*signal*/) {
  g_continued.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

std::uint64_t times_continued() {
  static const bool kListening = [] {
    struct sigaction action {};

    action.sa_handler = count_continued;
    action.sa_flags = SA_RESTART;
    return ::sigaction(SIGCONT, &action, nullptr) == 0;
  }();
  return kListening ? g_continued.load(std::memory_order_relaxed) : 0;
}

SignalThread::SignalThread(Cancel& cancel)
    : stop_(::eventfd(0, EFD_CLOEXEC)) {
  CFKOPS_CHECK(stop_ >= 0);

  struct sigaction ignore {};

  ignore.sa_handler = SIG_IGN;
  CFKOPS_CHECK(::sigaction(SIGPIPE, &ignore, nullptr) == 0);
  const sigset_t wanted = stop_signals();
  CFKOPS_CHECK(::pthread_sigmask(SIG_BLOCK, &wanted, nullptr) == 0);
  FileDescriptor signals(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  CFKOPS_CHECK(signals.open());
  thread_ = std::thread(
      [&cancel, stop = stop_, signals = std::move(signals)] { listen(cancel, signals, stop); });
}

SignalThread::~SignalThread() {
  const std::uint64_t one = 1;
  CFKOPS_CHECK(::write(stop_, &one, sizeof one) == static_cast<ssize_t>(sizeof one));
  thread_.join();
  ::close(stop_);
}

}  // namespace cfkops::base
