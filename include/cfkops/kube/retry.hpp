#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/transport.hpp"

#include <optional>
#include <string>

namespace cfkops::kube {

/// Whether a request may be sent again when its fate is not known.
enum class Repeatable {
  Yes,  ///< reads, and writes that a precondition or their nature makes harmless
  No,   ///< any other mutation: it is looked at first
};

/// When to send again, and after how long. client-go `rest/with_retry.go`: a status of 429 or 5xx
/// is repeated only with an integer Retry-After, here of a minute at most; a lost connection only
/// where `Repeatable::Yes`, and a time-out then twice. A disruption budget's 429 is an answer, and
/// a 5xx without a Status leaves the outcome unknown.
struct RetryPolicy {
  int max_retries = 10;
  Duration connection_wait = std::chrono::seconds(1);  ///< after a lost connection
  Duration unreachable_budget =
      std::chrono::seconds(0);  ///< how long a server that refuses connections is waited for

  /// The wait before attempt number `retry` (from 1), or nothing when the outcome stands.
  [[nodiscard]] std::optional<Duration> next(const Result<Response>& outcome,
                                             Repeatable repeatable,
                                             int retry) const;
};

/// Told before each wait, so that no retry is silent: "429 Too Many Requests, again in 1s (2 of
/// 10)".
class RetryListener {
 public:
  RetryListener() = default;
  RetryListener(const RetryListener&) = delete;
  RetryListener& operator=(const RetryListener&) = delete;
  virtual ~RetryListener() = default;

  /// `what` went wrong; it is tried again after `wait`.
  virtual void on_retry(const std::string& what, Duration wait) = 0;

  /// A `Warning` header of the server (code 299), once per distinct text.
  virtual void on_warning(const std::string& text) = 0;
};

}  // namespace cfkops::kube
