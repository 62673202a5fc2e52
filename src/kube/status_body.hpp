#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/kube/object.hpp"
#include "cfkops/kube/transport.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::kube {

/// The `Status` object that `body` is, or null.
[[nodiscard]] Json status_body(std::string_view body);

/// The same inside a stream: on exec's error channel the server leaves kind and apiVersion out.
[[nodiscard]] Json stream_status(std::string_view text);

/// Whether `status.details.causes[]` has one with this reason.
[[nodiscard]] bool has_cause(const Json& status, std::string_view reason);

/// The wait that the server asks for: the header, where it is an integer, or else the Status.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Response& response);
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Json& status);

/// The body as JSON or as an object, with the request in the error's context. Errors: Protocol.
[[nodiscard]] Result<Json> json_of(const Response& response, const std::string& what);
[[nodiscard]] Result<Object> object_of(const Response& response, const std::string& what);

/// Adds what comes of the body of a streamed error, as far as it is worth keeping.
void add_error_body(Response& head, std::string_view bytes);

/// What the body of an answer below 400 must be.
enum class Body {
  Any,    ///< a log, what a pod says behind the proxy
  Object  ///< what the API server answers a write with: JSON with a kind, and no failed Status
};

/// The answer, where it is of a kind that an API server gives: 400 and more, or 2xx with that body.
/// Errors: Protocol, with its status, where something answers in the server's place.
[[nodiscard]] Result<Response> genuine(Response answer, Body body);

/// What became of a request as far as its outcome tells.
enum class Fate {
  Done,     ///< an answer below 400
  Refused,  ///< the server said no and did nothing
  NotSent,  ///< the server never saw it
  Unknown,  ///< it may have taken effect
};

[[nodiscard]] Fate fate_of(const Result<Response>& outcome);

}  // namespace cfkops::kube
