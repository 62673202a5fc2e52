#include "cfkops/kube/retry.hpp"

#include "support/scripted_transport.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using std::chrono::seconds;

Result<Response> answer(int status, std::vector<Header> headers = {}, std::string body = {}) {
  return Response{status, std::move(headers), std::move(body)};
}

Result<Response> lost(ErrorCode code) {
  return make_error(code, "x");
}

const Header kAfter3 = {"Retry-After", "3"};

class RetryPolicyTest : public testing::Test {
 protected:
  RetryPolicy policy;
};

TEST_F(RetryPolicyTest, RepeatsABusyServerAfterTheWaitItAsksFor) {
  EXPECT_EQ(policy.next(answer(429, {kAfter3}), Repeatable::No, 1), Duration(seconds(3)));
  EXPECT_EQ(policy.next(answer(503, {kAfter3}), Repeatable::Yes, 10), Duration(seconds(3)));
}

TEST_F(RetryPolicyTest, TakesNoWaitForAnAnswer) {
  EXPECT_EQ(policy.next(answer(429), Repeatable::Yes, 1), std::nullopt);
  EXPECT_EQ(policy.next(answer(500), Repeatable::Yes, 1), std::nullopt);
  EXPECT_EQ(policy.next(answer(503, {{"Retry-After", "soon"}}), Repeatable::Yes, 1), std::nullopt);
}

TEST_F(RetryPolicyTest, LeavesOtherStatusesAlone) {
  for (const int status : {200, 404, 409, 410, 422}) {
    EXPECT_EQ(policy.next(answer(status, {kAfter3}), Repeatable::Yes, 1), std::nullopt) << status;
  }
}

TEST_F(RetryPolicyTest, NeverRepeatsAWriteWhoseFateAGatewayHides) {
  EXPECT_EQ(policy.next(answer(503, {kAfter3}, "<html>"), Repeatable::No, 1), std::nullopt);
  const std::string status = test::refuse(503, "ServiceUnavailable", "shutting down").body;
  EXPECT_EQ(policy.next(answer(503, {kAfter3}, status), Repeatable::No, 1), Duration(seconds(3)));
}

TEST_F(RetryPolicyTest, LeavesADisruptionBudgetToTheCaller) {
  const json status = {{"kind", "Status"},
                       {"code", 429},
                       {"details",
                        {{"retryAfterSeconds", 10},
                         {"causes", {{{"reason", "DisruptionBudget"}, {"message", "m"}}}}}}};
  EXPECT_EQ(policy.next(answer(429, {{"Retry-After", "10"}}, status.dump()), Repeatable::Yes, 1),
            std::nullopt);
}

TEST_F(RetryPolicyTest, LeavesALongWaitToTheCaller) {
  EXPECT_EQ(policy.next(answer(429, {{"Retry-After", "3600"}}), Repeatable::Yes, 1), std::nullopt);
}

TEST_F(RetryPolicyTest, GivesUpAfterTenRepeats) {
  EXPECT_NE(policy.next(answer(429, {kAfter3}), Repeatable::Yes, 10), std::nullopt);
  EXPECT_EQ(policy.next(answer(429, {kAfter3}), Repeatable::Yes, 11), std::nullopt);
}

TEST_F(RetryPolicyTest, RepeatsALostConnectionOnlyWhereThatIsHarmless) {
  EXPECT_EQ(policy.next(lost(ErrorCode::ConnectionLost), Repeatable::Yes, 1), Duration(seconds(1)));
  EXPECT_EQ(policy.next(lost(ErrorCode::ConnectionLost), Repeatable::No, 1), std::nullopt);
}

TEST_F(RetryPolicyTest, RepeatsATimeoutTwiceAtMost) {
  EXPECT_EQ(policy.next(lost(ErrorCode::Timeout), Repeatable::Yes, 2), Duration(seconds(1)));
  EXPECT_EQ(policy.next(lost(ErrorCode::Timeout), Repeatable::Yes, 3), std::nullopt);
  EXPECT_EQ(policy.next(lost(ErrorCode::Timeout), Repeatable::No, 1), std::nullopt);
}

TEST_F(RetryPolicyTest, WaitsForAServerThatIsAwayAsLongAsTheBudgetLasts) {
  EXPECT_EQ(policy.next(lost(ErrorCode::Unreachable), Repeatable::Yes, 1), std::nullopt);
  policy.unreachable_budget = seconds(30);
  EXPECT_EQ(policy.next(lost(ErrorCode::Unreachable), Repeatable::No, 1), Duration(seconds(1)));
  EXPECT_EQ(policy.next(lost(ErrorCode::Unreachable), Repeatable::Yes, 31), std::nullopt);
}

TEST_F(RetryPolicyTest, DoesNotRepeatWhatCannotHeal) {
  for (const ErrorCode code : {ErrorCode::Tls, ErrorCode::Unauthorized, ErrorCode::InvalidInput}) {
    EXPECT_EQ(policy.next(lost(code), Repeatable::Yes, 1), std::nullopt);
  }
}

}  // namespace
}  // namespace cfkops::kube
