#pragma once

#include "cfkops/kube/transport.hpp"

#include <string>

namespace cfkops::rehearse {

/// What a request is about, read from its path.
struct RequestTarget {
  std::string resource;  ///< "pods", "pods/eviction"; "" for what is no resource ("/version")
  std::string ns;
  std::string name;

  friend bool operator==(const RequestTarget&, const RequestTarget&) = default;
};

/// Reads the path of a request to an API server; of what it cannot place all is empty.
[[nodiscard]] RequestTarget read_target(const std::string& path_and_query);

/// It is meant to change something: no read, no dry run, no question about our own permissions.
[[nodiscard]] bool is_mutation(const kube::Request& request);

/// It takes a pod away: an eviction, or a delete of a pod.
[[nodiscard]] bool removes_pod(const kube::Request& request);

}  // namespace cfkops::rehearse
