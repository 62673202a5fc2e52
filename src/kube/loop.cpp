#include "cfkops/kube/loop.hpp"

#include <fmt/format.h>

#include <csignal>
#include <string>

namespace cfkops::kube {

namespace {

std::string signal_text(int number) {
  switch (number) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return fmt::format("signal {}", number);
  }
}

}  // namespace

Result<bool> Loop::run_until(const std::function<bool()>& done, MonoTime deadline) {
  // At the deadline the transport is pumped once more, so that what has arrived by then counts.
  bool last_round = false;
  for (;;) {
    if (done()) {
      return true;
    }
    if (stop_due()) {
      return cancelled();
    }
    if (last_round) {
      return false;
    }
    last_round = clock_.now() >= deadline;
    transport_.pump(deadline);
  }
}

Status Loop::pause(Duration duration) {
  CFKOPS_TRY(run_until([] { return false; }, clock_.now() + duration));
  return {};
}

bool Loop::stop_due() const {
  return stretches_ > 0 ? cancel_.forced() : cancel_.requested();
}

Error Loop::cancelled() const {
  const int number = cancel_.signal_number();
  return make_error(ErrorCode::Cancelled,
                    number == 0 ? "interrupted" : "interrupted by " + signal_text(number));
}

}  // namespace cfkops::kube
