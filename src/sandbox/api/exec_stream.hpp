#pragma once

#include "api/exchange.hpp"
#include "api/responder.hpp"
#include "programs.hpp"

#include "cfkops/base/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// A command in a container, over a WebSocket whose messages begin with the number of a channel
/// (apiserver pkg/util/proxy, apimachinery pkg/util/remotecommand). What the client sends is not
/// looked at: programs read no input.
class ExecStream {
 public:
  /// All borrowed for the next call; `protocol` is the one that was agreed on.
  ExecStream(const Exchange& exchange,
             const Value& pod,
             std::string container,
             std::string protocol);

  /// Runs it: opens the socket, tells output and outcome, closes. `now` tells one run from another.
  void run(SocketPeer& peer, MonoTime now) const;

 private:
  [[nodiscard]] Value execute(SocketPeer& peer, MonoTime now) const;
  [[nodiscard]] Value not_started(const std::string& executable, MonoTime now) const;
  [[nodiscard]] Value exited(int code) const;
  [[nodiscard]] bool is_running() const;

  const Exchange& exchange_;
  const Value& pod_;
  std::string container_;
  std::string protocol_;
  std::vector<std::string> command_;
  bool out_;
  bool error_;
  bool terminal_;
};

}  // namespace cfkops::sandbox
