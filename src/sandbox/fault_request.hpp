#pragma once

#include "cfkops/kube/transport.hpp"
#include "cfkops/sandbox/faults.hpp"

#include <string>

namespace cfkops::sandbox {

/// What a request is about, in the words that faults match.
struct FaultRequest {
  std::string method;
  std::string group = {};
  std::string plural = {};    ///< "pods"; "" where it is about no resource
  std::string resource = {};  ///< "pods/eviction"
  std::string ns = {};
  std::string name = {};  ///< of a proxy's pod or service without scheme and port
  std::string path = {};  ///< decoded

  /// "POST pods/eviction confluent/kafka-1", "GET /version".
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] FaultRequest read_request(const kube::Request& request);

/// What the match leaves empty matches all.
[[nodiscard]] bool matches(const RequestMatch& match, const FaultRequest& request);

/// How the API server answers with that code, which it did not carry the request out for.
[[nodiscard]] kube::Response refused_answer(int code, const FaultRequest& request);

}  // namespace cfkops::sandbox
