#pragma once

#include "api/exchange.hpp"
#include "api/responder.hpp"
#include "registry.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace cfkops::sandbox {

/// The open watches. Events go out through the timeline, a moment after the change, so that no
/// responder is called from within a write. One thread.
class WatchHub {
 public:
  using Id = std::uint64_t;

  explicit WatchHub(Registry& registry);
  ~WatchHub();
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  /// Opens one; `responder` lives until its end or `close`. Refused: parameters that cannot be.
  [[nodiscard]] Answer<Id> open(Exchange& exchange, Responder& responder);

  /// The client went away. Unknown ids are ignored.
  void close(Id id);

  /// Breaks all off, as a server that goes down does; or, where they have `expired`, ends them with
  /// the 410 of revisions that are forgotten.
  void break_all(bool expired = false);

 private:
  class Watch;
  struct Ears;

  void note(const Change& change);
  void plan_flush();
  void flush();

  Registry& registry_;
  std::shared_ptr<Ears> ears_;  ///< what the store's listener still reaches; gone with the hub
  bool flush_due_ = false;
  std::map<Id, std::unique_ptr<Watch>> open_;
  Id last_ = 0;
};

}  // namespace cfkops::sandbox
