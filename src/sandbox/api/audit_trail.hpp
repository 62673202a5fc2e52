#pragma once

#include "api/responder.hpp"
#include "registry.hpp"

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/audit.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace cfkops::sandbox {

/// Tells a listener of every request that the API server has answered to the end. Without a
/// listener it does nothing. One thread.
class AuditTrail {
 public:
  using Id = std::uint64_t;
  using Listener = std::function<void(const AuditEvent&)>;

  /// Borrowed.
  explicit AuditTrail(Registry& registry);
  AuditTrail(const AuditTrail&) = delete;
  AuditTrail& operator=(const AuditTrail&) = delete;
  ~AuditTrail();

  void listen(Listener listener) { listener_ = std::move(listener); }

  [[nodiscard]] bool is_on() const { return listener_ != nullptr; }

  /// What to answer to in place of `responder`, which is told all of it. It lives at least until
  /// the next request, and as long as the answer is under way.
  [[nodiscard]] Responder& follow(Id id, const kube::Request& request, Responder& responder);

  /// The client went away before the end.
  void cancel(Id id);

  /// One that is answered already.
  void note(const kube::Request& request, int code);

 private:
  class Followed;

  [[nodiscard]] AuditEvent event_of(const kube::Request& request) const;
  void tell(AuditEvent event, int code);

  Registry& registry_;
  Listener listener_ = {};
  std::map<Id, std::unique_ptr<Followed>> followed_;
};

}  // namespace cfkops::sandbox
