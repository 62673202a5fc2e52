#pragma once

#include "cfkops/base/cancel.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/sandbox/cluster.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cfkops::sandbox {

/// Serves a simulated cluster over TLS on loopback (HTTP/1.1, chunked watches), along with real
/// time, with a certificate made at the start, so that kubectl, Helm and the conformance cases can
/// talk to it.
class Server {
 public:
  /// Listens on 127.0.0.1; port 0 takes a free one. The cluster's time runs `speed` times as fast
  /// as the real one. `cluster` is borrowed. Errors: Io, Tls.
  [[nodiscard]] static Result<std::unique_ptr<Server>> listen(Cluster& cluster,
                                                              std::uint16_t port,
                                                              double speed = 1);

  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  /// "https://127.0.0.1:38443"
  [[nodiscard]] virtual std::string address() const = 0;

  /// A kubeconfig (YAML) with the server's certificate and a client's token.
  [[nodiscard]] virtual std::string kubeconfig() const = 0;

  /// Serves until `stopped` says so, asked at least every 100 ms. Errors: Io.
  [[nodiscard]] virtual Status serve(const std::function<bool()>& stopped) = 0;
};

}  // namespace cfkops::sandbox
