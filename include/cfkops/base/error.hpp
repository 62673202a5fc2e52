#pragma once

#include "cfkops/base/source_pos.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::base {

/// What kind of thing went wrong. Decisions key on this (and on `Error::reason`), never on text.
enum class ErrorCode {
  InvalidInput,     ///< a file, flag or parameter that a person must correct
  NotFound,         ///< the named thing does not exist (HTTP 404, missing file)
  AlreadyExists,    ///< HTTP 409 with reason AlreadyExists
  Conflict,         ///< HTTP 409: the object changed, or a precondition did not hold
  Unauthorized,     ///< HTTP 401: the server does not know us
  Forbidden,        ///< HTTP 403: the server knows us and says no
  Invalid,          ///< HTTP 400 or 422: the server refuses the content
  Gone,             ///< HTTP 410: a resourceVersion or continue token is too old
  TooManyRequests,  ///< HTTP 429: flow control, or an eviction that a budget refuses
  ServerError,      ///< HTTP 5xx
  Unreachable,      ///< no connection: refused, no route, name not resolved
  ConnectionLost,   ///< a connection broke with the request's outcome unknown
  Timeout,          ///< a deadline passed; for a request its outcome is unknown
  Tls,              ///< certificate or handshake
  Protocol,         ///< the peer answered something that its protocol does not allow
  Io,               ///< a local file, directory or process
  Refused,          ///< a safety rule says no
  Unknown,          ///< a question that could not be answered; blocks like Refused
  Cancelled,        ///< a person or the system asked us to stop
  Internal,         ///< a defect of cfkops
};

/// The enumerator's name, as it stands in JSON output ("NotFound").
[[nodiscard]] std::string_view to_string(ErrorCode code);

/// One detail of an API error, as `status.details.causes[]` gives it.
struct ErrorCause {
  std::string reason;
  std::string field;
  std::string message;

  friend bool operator==(const ErrorCause&, const ErrorCause&) = default;
};

/// Why something failed, for a person and for a decision.
///
/// `message` names the thing, in lower case without a full stop. `hint` is what to do next, ideally
/// a command to type. `context` lists what we were doing, outermost first.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::string hint = {};
  std::vector<std::string> context = {};
  std::optional<SourcePos> pos = {};
  int http_status = 0;      ///< 0 when no HTTP answer was involved
  std::string reason = {};  ///< the API's machine-readable reason ("Forbidden"), or empty
  std::vector<ErrorCause> causes = {};
  std::optional<std::chrono::seconds> retry_after = {};

  friend bool operator==(const Error&, const Error&) = default;

  /// Puts `what` in front of the context chain: `return std::move(error).in("step 'drain'")`.
  [[nodiscard]] Error in(std::string what) &&;

  /// Sets the hint unless there is one already.
  [[nodiscard]] Error with_hint(std::string what) &&;

  /// "context › context › message", without position and hint.
  [[nodiscard]] std::string text() const;

  /// True where the outcome of a mutation that ended so is not known: it may have taken effect. So
  /// it is for ConnectionLost, Timeout, ServerError, Protocol and Cancelled.
  [[nodiscard]] bool outcome_unknown() const;
};

/// Shorthand for the common case.
[[nodiscard]] Error make_error(ErrorCode code, std::string message, std::string hint = {});

}  // namespace cfkops::base

namespace cfkops {
using base::Error;
using base::ErrorCause;
using base::ErrorCode;
using base::make_error;
}  // namespace cfkops
