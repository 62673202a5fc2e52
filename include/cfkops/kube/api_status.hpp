#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <string>

namespace cfkops::kube {

/// The error that an answer of 400 or more means, in kubectl's words ("Error from server
/// (Forbidden): …" without the prefix) with what to do next as its hint. Plain-text and empty
/// bodies are understood too; a body is cut at 2048 bytes. `what` names the request for the
/// context: "evict pod confluent/kafka-0".
[[nodiscard]] Error error_of(const Response& response, const std::string& what);

/// The same for a Status object inside a stream (watch ERROR events, exec's error channel).
[[nodiscard]] Error error_of_status(std::string_view status_json, const std::string& what);

}  // namespace cfkops::kube
