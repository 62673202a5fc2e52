#pragma once

#include "cfkops/kube/log_stream.hpp"

#include <string>

namespace cfkops::kube {

/// The request for a container's log; streams are never compressed.
[[nodiscard]] Request log_request(const std::string& ns,
                                  const std::string& pod,
                                  const LogWindow& options,
                                  Follow follow);

/// "read the log of pod confluent/kafka-0, container kafka"
[[nodiscard]] std::string log_what(const std::string& ns,
                                   const std::string& pod,
                                   const LogOptions& options);

}  // namespace cfkops::kube
