#include "action_fixture.hpp"
#include "kinds.hpp"

#include "cfkops/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using nlohmann::json;

struct Permission : testing::Test, test::ActionBench {
  std::string denied_verb;
  json extra = json::object();
  std::vector<kube::AccessQuestion> needed{{.verb = "get",
                                            .resource = kube::resources::pods(),
                                            .subresource = {},
                                            .ns = "confluent",
                                            .name = {}},
                                           {.verb = "create",
                                            .resource = kube::resources::pods(),
                                            .subresource = "eviction",
                                            .ns = "confluent",
                                            .name = {}}};

  Permission() {
    context.needed = &needed;
    transport.on("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .handle([this](const kube::Request& request) {
          const json asked = json::parse(request.body);
          json status = extra;
          status["allowed"] = asked.at("spec").at("resourceAttributes").at("verb") != denied_verb;
          return test::reply(201, json{{"kind", "SelfSubjectAccessReview"}, {"status", status}});
        });
  }
};

TEST_F(Permission, PassesWhenAllThatThePlanNeedsIsAllowed) {
  EXPECT_EQ(evaluate(check_permission(), {}).verdict, Verdict::Pass);
  EXPECT_EQ(transport.calls().size(), 2U);
}

TEST_F(Permission, NamesEachVerbThatIsDenied) {
  denied_verb = "create";
  const CheckResult result = evaluate(check_permission(), {});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  ASSERT_FALSE(result.details.empty());
  EXPECT_EQ(result.details.front(), "may not create pods/eviction in namespace confluent");
  EXPECT_NE(result.remedy, "");
}

TEST_F(Permission, GivesARoleThatAllowsJustWhatIsMissing) {
  denied_verb = "create";
  const std::string details = base::join(evaluate(check_permission(), {}).details, "\n");
  EXPECT_NE(details.find("kind: Role\n"), std::string::npos) << details;
  EXPECT_NE(details.find("- pods/eviction\n"), std::string::npos) << details;
  EXPECT_EQ(details.find("- get"), std::string::npos) << details;
}

TEST_F(Permission, AnAnswerThatCannotTellIsUnknownAndNoPass) {
  denied_verb = "get";
  extra = {{"evaluationError", "webhook is down"}};
  EXPECT_EQ(evaluate(check_permission(), {}).verdict, Verdict::Unknown);
}

TEST_F(Permission, MoreCanBeAskedFor) {
  needed.clear();
  denied_verb = "list";
  const CheckResult result = evaluate(
      check_permission(), {{"resource", "pods/log"}, {"verbs", runbook::ValueList{"get", "list"}}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_EQ(transport.calls().size(), 2U);
}

}  // namespace

}  // namespace cfkops::actions
