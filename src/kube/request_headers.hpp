#pragma once

#include "credentials.hpp"
#include "endpoint.hpp"

#include "cfkops/kube/transport.hpp"

#include <vector>

namespace cfkops::kube {

/// The headers of a request as they go out: the caller's, then ours where the caller has not set
/// them (Host where it differs from the URL's, Accept, User-Agent, Authorization, Impersonate-…).
[[nodiscard]] std::vector<Header> request_headers(const Endpoint& endpoint,
                                                  const Request& request,
                                                  const Credential& credential);

}  // namespace cfkops::kube
