#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::logs {

/// Whose logs. What is left empty does not narrow it.
struct Selection {
  std::vector<std::string> namespaces = {};  ///< empty: all
  std::string label_selector = {};
  std::string node = {};
  std::vector<std::string> names = {};       ///< pods, or kind/name of what has pods
  std::vector<std::string> containers = {};  ///< by name
  bool previous = true;  ///< of containers that were started anew, the run before too
};

/// The log of one run of one container.
struct ContainerLog {
  std::string ns = {};
  std::string pod = {};
  std::string uid = {};
  std::string node = {};
  std::string container = {};
  std::string kind = {};  ///< "init", "container" or "ephemeral"
  bool previous = false;
  std::int64_t restarts = 0;
  std::optional<WallTime> started = {};
  std::optional<WallTime> finished = {};
  std::string waiting = {};  ///< why it has not run yet: there is no log

  /// "confluent/kafka-0 kafka (previous)"
  [[nodiscard]] std::string text() const;

  /// No other has the same.
  [[nodiscard]] std::string key() const;
};

/// The pods of a selection, by namespace and name. Errors: NotFound for a name that there is not;
/// those of reading.
[[nodiscard]] Result<std::vector<kube::Object>> find_pods(kube::Reader& reader,
                                                          const Selection& selection);

/// The logs of a pod: init containers, containers, ephemeral ones; of each the run before, where
/// there was one and `selection` wants it, then the current. Where the current has not begun
/// because the last has failed, a kubelet gives the last one's log for both: it is the run before.
[[nodiscard]] std::vector<ContainerLog> logs_of(const kube::Object& pod,
                                                const Selection& selection);

}  // namespace cfkops::logs
