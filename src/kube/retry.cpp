#include "cfkops/kube/retry.hpp"

#include "status_body.hpp"

namespace cfkops::kube {

namespace {

/// A server that asks for more than this is not waited for: the caller must know.
constexpr Duration kLongestWait = std::chrono::seconds(60);

/// A request that took all its time is not tried ten times over.
constexpr int kMaxTimeouts = 2;

std::optional<Duration> after_answer(const Response& response, Repeatable repeatable) {
  if (response.status != 429 && response.status < 500) {
    return std::nullopt;
  }
  if (fate_of(response) == Fate::Unknown && repeatable == Repeatable::No) {
    return std::nullopt;
  }
  // A disruption budget that says no is an answer; what to wait for is the caller's business.
  if (response.status == 429 && has_cause(status_body(response.body), "DisruptionBudget")) {
    return std::nullopt;
  }
  const std::optional<std::chrono::seconds> asked = retry_after(response);
  if (!asked || *asked > kLongestWait) {
    return std::nullopt;
  }
  return Duration(*asked);
}

}  // namespace

std::optional<Duration> RetryPolicy::next(const Result<Response>& outcome,
                                          Repeatable repeatable,
                                          int retry) const {
  if (!outcome && outcome.error().code == ErrorCode::Unreachable) {
    if (connection_wait * retry > unreachable_budget) {
      return std::nullopt;
    }
    return connection_wait;
  }
  if (retry > max_retries) {
    return std::nullopt;
  }
  if (outcome) {
    return after_answer(*outcome, repeatable);
  }
  const ErrorCode code = outcome.error().code;
  const bool lost = code == ErrorCode::ConnectionLost;
  const bool late = code == ErrorCode::Timeout && retry <= kMaxTimeouts;
  if (repeatable == Repeatable::Yes && (lost || late)) {
    return connection_wait;
  }
  return std::nullopt;
}

}  // namespace cfkops::kube
