#pragma once

#include "cfkops/logs/selection.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace cfkops::logs {

/// What is to be followed.
struct FollowRequest {
  Selection selection = {};
  std::optional<WallTime> since = {};
  std::optional<std::int64_t> tail = {};            ///< of each log, to begin with
  Duration delay = std::chrono::milliseconds(500);  ///< lines are held so long, to come in order
  Duration look = std::chrono::seconds(3);          ///< how often new pods are looked for
  std::size_t most = 100;                           ///< logs at once
  std::string salt = {};
};

/// One line of one log, without secrets.
struct FollowedLine {
  std::optional<WallTime> time = {};
  std::string ns = {};
  std::string pod = {};
  std::string container = {};
  std::string text = {};
};

/// Is given what there is to say while logs are followed.
struct FollowListener {
  std::function<bool(const FollowedLine& line)> line;  ///< false: no more are wanted
  std::function<void(const std::string& text)> notice;
};

/// Follows the logs of a selection, those of new pods and of containers that are started anew too,
/// and gives their lines in the order of their times, as far as they come within `delay` of each
/// other. A log that breaks off, as at a rotation, is gone on with behind its last line. Returns
/// when every container has ended for good, or no more lines are wanted. Errors: those of finding
/// the pods; InvalidInput, where there are more than `most`; Cancelled.
Status follow(kube::Reader& reader, const FollowRequest& request, const FollowListener& listener);

}  // namespace cfkops::logs
