#pragma once

#include "cfkops/base/cancel.hpp"

#include <cstdint>
#include <functional>
#include <thread>

namespace cfkops::base {

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread (and so in all it starts later) and
/// turns each into `cancel.request(signal)` on a thread of its own. SIGPIPE is ignored; so stays a
/// SIGHUP that was ignored before (nohup). Construct it before any other thread. Ends its thread on
/// destruction. `cancel` must outlive it.
class SignalThread {
 public:
  /// Blocks the signals and starts the thread.
  explicit SignalThread(Cancel& cancel);
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  ~SignalThread();

 private:
  int stop_;
  std::thread thread_;
};

/// How often this process was stopped (Ctrl-Z) and has gone on again, since the first call.
/// Thread-safe.
[[nodiscard]] std::uint64_t times_continued();

}  // namespace cfkops::base
