#include "fixture.hpp"

#include "cfkops/kube/reader.hpp"

#include <string>

namespace cfkops::kube {
namespace {

using nlohmann::json;
using test::HasError;
using test::IsOkAnd;

class ReaderAccessTest : public KubeTest {};

TEST_F(ReaderAccessTest, AsksWhetherWeMay) {
  const std::string target = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const AccessQuestion question{"create", resources::pods(), "eviction", "confluent", ""};
  transport.on("POST", target)
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":true}})")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":false,"reason":"no"}})")
      .reply(
          201,
          R"({"kind":"SelfSubjectAccessReview","status":{"allowed":false,"evaluationError":"webhook is down"}})")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{}})");
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Allowed));
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Denied));
  EXPECT_THAT(client.can_i(question), IsOkAnd(Access::Unknown));
  EXPECT_THAT(client.can_i(question),
              HasError(ErrorCode::NotFound, "create pods/eviction in namespace confluent"));
  EXPECT_EQ(json::parse(transport.calls().front().request.body)["spec"]["resourceAttributes"],
            json::parse(R"({"verb":"create","group":"","version":"v1","resource":"pods",
                            "subresource":"eviction","namespace":"confluent"})"));
}

TEST_F(ReaderAccessTest, AsksWhetherWeMayReadAPath) {
  transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
      .reply(201, R"({"kind":"SelfSubjectAccessReview","status":{"allowed":true}})");
  EXPECT_THAT(client.can_i(AccessQuestion::of_path("/readyz")), IsOkAnd(Access::Allowed));
  EXPECT_EQ(json::parse(transport.calls().front().request.body)["spec"],
            json::parse(R"({"nonResourceAttributes":{"verb":"get","path":"/readyz"}})"));
}

TEST(AccessQuestionText, NamesEverythingThatIsAsked) {
  EXPECT_EQ(AccessQuestion::of_path("/readyz").text(), "get /readyz");
  EXPECT_EQ((AccessQuestion{"get", resources::pods(), "proxy", "confluent", ""}.text()),
            "get pods/proxy in namespace confluent");
  EXPECT_EQ((AccessQuestion{"patch", resources::nodes(), "", "ignored", "n1"}.text()),
            "patch nodes \"n1\"");
  EXPECT_EQ((AccessQuestion{"list", resources::stateful_sets(), "", "", ""}.text()),
            "list statefulsets.apps in all namespaces");
}

}  // namespace
}  // namespace cfkops::kube
