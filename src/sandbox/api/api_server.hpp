#pragma once

#include "api/responder.hpp"
#include "api/watch_hub.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// The HTTP face of the cluster: from a request to its answer. One thread.
class ApiServer {
 public:
  using Id = std::uint64_t;

  explicit ApiServer(Registry& registry);

  /// Takes a request. The answer may come within the call or later, when time is advanced.
  /// `responder` lives until its end or `cancel`.
  Id handle(const kube::Request& request, Responder& responder);

  /// The client went away: nothing more goes to its responder.
  void cancel(Id id);

  [[nodiscard]] WatchHub& watches() { return watches_; }

 private:
  [[nodiscard]] Answer<kube::Response> dispatch(Exchange& exchange);

  Registry& registry_;
  WatchHub watches_;
  Id last_ = 0;
  std::map<Id, WatchHub::Id> streams_;
};

}  // namespace cfkops::sandbox
