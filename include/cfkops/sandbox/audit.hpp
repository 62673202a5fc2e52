#pragma once

#include "cfkops/base/clock.hpp"

#include <string>
#include <vector>

namespace cfkops::sandbox {

/// One request that the API server has answered to the end: what its audit log says of it at level
/// Metadata, stage ResponseComplete. What the path does not say is empty.
struct AuditEvent {
  std::string id;   ///< the header Audit-ID
  std::string uri;  ///< path and query, as they came
  std::string verb;
  std::string user = {};  ///< empty where the token was none
  std::vector<std::string> groups = {};
  std::string agent = {};  ///< the header User-Agent
  bool is_resource = false;
  std::string group = {};
  std::string version = {};
  std::string resource = {};
  std::string subresource = {};
  std::string ns = {};
  std::string name = {};
  int code = 0;
  WallTime received = {};
  WallTime answered = {};
};

/// As a line of the log, without its end: an Event of audit.k8s.io/v1.
[[nodiscard]] std::string to_line(const AuditEvent& event);

}  // namespace cfkops::sandbox
