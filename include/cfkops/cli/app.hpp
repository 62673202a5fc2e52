#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/cli/terminal.hpp"
#include "cfkops/kube/kubeconfig.hpp"
#include "cfkops/kube/transport.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace cfkops::cli {

/// Makes the connection to a cluster; the program gives libcurl's, a test its own.
using TransportFactory =
    std::function<Result<std::unique_ptr<kube::Transport>>(kube::ClientConfig)>;

/// Finds the cluster that is meant and who we are there.
using ConfigLoader = std::function<Result<kube::ClientConfig>(const kube::ConfigOverrides&)>;

/// What the program is made of; borrowed, all outliving `run`.
struct AppEnvironment {
  Terminal& terminal;
  const Clock& clock;
  Cancel& cancel;
  TransportFactory connect;

  /// Called once before anything that a signal should stop gently: starts the signal thread.
  std::function<void()> watch_signals;

  /// Not set: from the kubeconfig files and variables of this process.
  ConfigLoader configure = {};

  /// Set where the cluster is simulated: keeps in a run's folder what it takes to bring it back.
  std::function<Status(const std::filesystem::path& folder)> keep_world = {};

  /// Set where time is simulated: the machine's own, by which a person sees things.
  const Clock* frames = nullptr;

  /// The same with another terminal, which must outlive it.
  [[nodiscard]] AppEnvironment on(Terminal& other) const {
    return {.terminal = other,
            .clock = clock,
            .cancel = cancel,
            .connect = connect,
            .watch_signals = watch_signals,
            .configure = configure,
            .keep_world = keep_world,
            .frames = frames};
  }
};

/// Parses the command line, does what it says and returns the exit code (docs/cli.md). Never
/// throws.
[[nodiscard]] int run(std::span<const std::string> arguments, const AppEnvironment& environment);

}  // namespace cfkops::cli
