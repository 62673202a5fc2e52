#pragma once

#include "api/exchange.hpp"
#include "api/responder.hpp"
#include "programs.hpp"
#include "registry.hpp"
#include "timeline.hpp"

#include <cstdint>
#include <map>
#include <memory>

namespace cfkops::sandbox {

/// The logs that somebody follows. While there is one, programs are asked for more twice a second
/// of virtual time. One thread.
class LogFollows {
 public:
  using Id = std::uint64_t;

  /// All borrowed.
  LogFollows(Registry& registry, const Programs& programs);
  ~LogFollows();
  LogFollows(const LogFollows&) = delete;
  LogFollows& operator=(const LogFollows&) = delete;

  /// Answers what is there, and what comes until the container ends. `responder` lives until its
  /// end or `close`. Refused: what a log that is not followed is refused for.
  [[nodiscard]] Answer<void> open(Id id, const Exchange& exchange, Responder& responder);

  /// The client went away. Unknown ids are ignored.
  void close(Id id);

 private:
  struct Follow;

  void plan();
  void look();
  [[nodiscard]] bool look_at(Follow& follow) const;

  Registry& registry_;
  const Programs& programs_;
  std::map<Id, std::shared_ptr<Follow>> open_ = {};
  Timeline::TimerId timer_ = 0;
};

}  // namespace cfkops::sandbox
