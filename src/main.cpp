// Builds what cfkops runs on and hands over: clocks, signals, terminal, transport.

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/base/signals.hpp"
#include "cfkops/cli/app.hpp"
#include "cfkops/cli/terminal.hpp"
#include "cfkops/kube/curl_transport.hpp"

#include <optional>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  cfkops::base::forbid_core_dumps();
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  cfkops::base::SystemClock clock;
  cfkops::base::SystemProcess process;
  cfkops::base::Cancel cancel;
  cfkops::cli::SystemTerminal terminal(cancel);
  std::optional<cfkops::base::SignalThread> signals;
  const cfkops::cli::AppEnvironment environment{
      .terminal = terminal,
      .clock = clock,
      .cancel = cancel,
      .connect =
          [&](const cfkops::kube::ClientConfig& config) {
            return cfkops::kube::make_curl_transport(config, clock, process);
          },
      .watch_signals =
          [&] {
            if (!signals) {
              signals.emplace(cancel);
            }
          },
  };
  return cfkops::cli::run(arguments, environment);
}
