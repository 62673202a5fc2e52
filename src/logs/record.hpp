#pragma once

#include "log_part.hpp"

#include "cfkops/logs/collect.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace cfkops::logs {

/// Everything that makes two requests collect the same, as JSON.
[[nodiscard]] nlohmann::json json_of(const CollectRequest& request);

/// Which log it is, as JSON, and read again.
[[nodiscard]] nlohmann::json identity(const ContainerLog& log);
[[nodiscard]] ContainerLog identity_at(const Json& value);

/// A log in the record of a collection that is under way: what it needs to go on.
[[nodiscard]] nlohmann::json recorded(const CollectedLog& log, const LogPart& part);

/// The same, read again.
struct RecordedLog {
  CollectedLog log;
  std::deque<Segment> segments;
  LineTimes dropped;
};

/// Errors: Protocol.
[[nodiscard]] Result<RecordedLog> read_recorded(const Json& json);

/// A log in the index of an archive, for people and programs.
[[nodiscard]] nlohmann::json indexed(const CollectedLog& log);

}  // namespace cfkops::logs
