#pragma once

#include "arguments.hpp"

#include "cfkops/cli/app.hpp"
#include "cfkops/engine/notices.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/kube/loop.hpp"
#include "cfkops/kube/reader.hpp"
#include "cfkops/kube/transport.hpp"

#include <memory>
#include <string>

namespace cfkops::cli {

/// A cluster that a command talks to: configuration, transport and loop, alive together.
struct Connection {
  std::string context;
  std::string ns;
  std::string source;
  std::unique_ptr<kube::Transport> transport;
  std::unique_ptr<kube::Loop> loop;
  std::unique_ptr<engine::Notices> notices;  ///< for the observer alone; a run has its own

  Connection() = default;
  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = delete;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] kube::ReaderOptions reader_options(const GlobalArguments& global) const;

 private:
  friend Result<Connection> connect(const GlobalArguments& global,
                                    const AppEnvironment& environment,
                                    engine::Observer& observer);
  Cancel* cancel_ = nullptr;
};

/// Loads the configuration and prepares the transport; nothing is sent yet. Errors: InvalidInput.
[[nodiscard]] Result<Connection> connect(const GlobalArguments& global,
                                         const AppEnvironment& environment,
                                         engine::Observer& observer);

}  // namespace cfkops::cli
