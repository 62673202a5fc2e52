#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/kube/kubeconfig.hpp"
#include "cfkops/kube/transport.hpp"

#include <memory>

namespace cfkops::kube {

/// The real transport: libcurl's multi interface, HTTP/2 with connection reuse, TLS verified, keys
/// handed over in memory. It holds the credentials: token files are read again, an exec plug-in
/// runs when its credential is missing or expired, and once more after a 401, whose request is then
/// repeated once. `clock` and `process` must outlive it. libcurl is not touched before the first
/// request. Errors: InvalidInput.
[[nodiscard]] Result<std::unique_ptr<Transport>> make_curl_transport(const ClientConfig& config,
                                                                     const Clock& clock,
                                                                     base::Process& process);

}  // namespace cfkops::kube
