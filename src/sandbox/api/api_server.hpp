#pragma once

#include "api/audit_trail.hpp"
#include "api/log_follows.hpp"
#include "api/responder.hpp"
#include "api/watch_hub.hpp"
#include "programs.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The HTTP face of the cluster: from a request to its answer. One thread.
class ApiServer {
 public:
  using Id = std::uint64_t;

  /// Both borrowed.
  ApiServer(Registry& registry, const Programs& programs);

  /// Takes a request. The answer may come within the call or later, when time is advanced.
  /// `client` lives until its end or `cancel`.
  Id handle(const kube::Request& request, Responder& client);

  /// Takes a request for a WebSocket, which is told all within the call: only commands in pods have
  /// one.
  void connect(const kube::Request& request, SocketPeer& peer);

  /// The client went away: nothing more goes to its responder.
  void cancel(Id id);

  [[nodiscard]] WatchHub& watches() { return watches_; }

  /// Says what has been answered.
  [[nodiscard]] AuditTrail& audit() { return audit_; }

 private:
  void take(const kube::Request& request,
            const std::function<void(kube::Response)>& answer,
            const std::function<void(Exchange&)>& go);
  void serve(Id id, Exchange& exchange, Responder& responder);
  [[nodiscard]] Answer<kube::Response> dispatch(Exchange& exchange);

  Registry& registry_;
  const Programs& programs_;
  WatchHub watches_;
  LogFollows follows_;
  AuditTrail audit_;
  Id last_ = 0;
  std::map<Id, WatchHub::Id> streams_;
};

}  // namespace cfkops::sandbox
