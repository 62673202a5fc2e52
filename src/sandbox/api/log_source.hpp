#pragma once

#include "api/exchange.hpp"
#include "registry.hpp"

#include "cfkops/base/clock.hpp"

#include <cstdint>
#include <string>

namespace cfkops::sandbox {

/// Whose log a request is about.
struct LogSource {
  Shared pod;
  std::string container;
  bool previous = false;  ///< of the program's last run
  bool running = false;   ///< more may come
  std::int64_t restarts = 0;
  WallTime begin = {};  ///< of the container

  /// Not on a node yet: there is no log, nor anything wrong.
  [[nodiscard]] bool unscheduled() const;

  /// What it has written up to now.
  [[nodiscard]] std::string text(const Programs& programs, bool of_last_run) const;
};

/// Finds it. Refused: 404, 400 in the words of API server and kubelet.
[[nodiscard]] Answer<LogSource> find_log(Registry& registry,
                                         const Exchange& exchange,
                                         bool previous);

/// The head of a log's answer.
[[nodiscard]] kube::Response log_head(const Exchange& exchange, const LogSource& source);

}  // namespace cfkops::sandbox
