#include "action_fixture.hpp"
#include "kinds.hpp"
#include "objects.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

namespace cfkops::actions {
namespace {

using engine::CheckResult;
using engine::Verdict;
using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

json running(const std::string& name, const std::string& id) {
  json pod = test::pod(name, name);
  pod["spec"] = {{"containers", {{{"name", "web"}, {"image", "shop/web:2"}}}}};
  pod["status"]["conditions"] = json::array({{{"type", "Ready"}, {"status", "True"}}});
  pod["status"]["containerStatuses"] =
      json::array({{{"name", "web"}, {"imageID", id}, {"restartCount", 0}, {"ready", true}}});
  return pod;
}

struct RolloutCheck : testing::Test, test::ActionBench {
  json set = test::stateful_set("web");
  json pods = {running("web-0", "shop/web@sha256:a"), running("web-1", "shop/web@sha256:a")};

  RolloutCheck() {
    set["spec"]["template"]["spec"] = pods[0]["spec"];
    transport.on("GET", test::kSets + "/web").handle([this](const kube::Request&) {
      return test::reply(200, set);
    });
    transport.on("GET", test::kPods + "*").handle([this](const kube::Request&) {
      return test::reply(200, json{{"metadata", {{"resourceVersion", "1"}}}, {"items", pods}});
    });
  }

  CheckResult ask(runbook::ValueMap more = {}) {
    more["workload"] = runbook::ValueMap{
        {"kind", "StatefulSet"}, {"namespace", "confluent"}, {"name", "web"}, {"uid", "s1"}};
    return evaluate(check_rollout(), std::move(more));
  }
};

TEST_F(RolloutCheck, PassesWhereAllIsWhole) {
  const CheckResult result = ask({{"image", "shop/web:2"}, {"most_restarts", 0}});
  EXPECT_EQ(result.verdict, Verdict::Pass) << result.summary;
  EXPECT_EQ(*result.outputs.at("pods").as<std::int64_t>(), 2);
  EXPECT_EQ(result.outputs.at("images").list()->front().text(), "sha256:a");
}

TEST_F(RolloutCheck, FailsWhereTheRolloutIsNotComplete) {
  set["status"]["updatedReplicas"] = 1;
  EXPECT_EQ(ask().verdict, Verdict::Fail);
}

TEST_F(RolloutCheck, FailsWhereAPodIsNotReady) {
  pods[1]["status"]["conditions"][0]["status"] = "False";
  EXPECT_EQ(ask().verdict, Verdict::Fail);
}

TEST_F(RolloutCheck, FailsWhereOnePodIsToRunAnotherImage) {
  pods[1]["spec"]["containers"][0]["image"] = "shop/web:1";
  const CheckResult result = ask({{"image", "shop/web:2"}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("is to run shop/web:1")));
}

TEST_F(RolloutCheck, FailsWhereATagIsAnotherImageOnEachNode) {
  pods[1]["status"]["containerStatuses"][0]["imageID"] = "shop/web@sha256:b";
  EXPECT_EQ(ask().verdict, Verdict::Pass) << "no image was asked about";
  const CheckResult result = ask({{"image", "shop/web:2"}});
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_THAT(result.details, Contains(HasSubstr("2 images under the name shop/web:2")));
}

TEST_F(RolloutCheck, FailsWhereTheNodeRunsAnotherDigest) {
  const std::string image = "shop/web@sha256:b";
  for (json& pod : pods) {
    pod["spec"]["containers"][0]["image"] = image;
  }
  set["spec"]["template"]["spec"] = pods[0]["spec"];
  EXPECT_EQ(ask({{"image", image}}).verdict, Verdict::Fail);
}

TEST_F(RolloutCheck, IsUnknownWhereANodeDoesNotSayWhatItRuns) {
  pods[0]["status"]["containerStatuses"][0]["imageID"] = "";
  EXPECT_EQ(ask({{"image", "shop/web:2"}}).verdict, Verdict::Unknown);
}

TEST_F(RolloutCheck, IsUnknownWhereThePodsMayNotBeListed) {
  transport.on("GET", test::kPods + "*").refuse(403, "Forbidden", "no");
  EXPECT_EQ(ask().verdict, Verdict::Unknown);
}

TEST_F(RolloutCheck, FailsWhereAContainerIsRestartedWhileItHasToStaySo) {
  int asked = 0;
  transport.on("GET", test::kPods + "*").handle([&](const kube::Request&) {
    pods[0]["status"]["containerStatuses"][0]["restartCount"] = ++asked > 3 ? 1 : 0;
    return test::reply(200, json{{"metadata", {{"resourceVersion", "1"}}}, {"items", pods}});
  });
  EXPECT_EQ(ask({{"most_restarts", 0}, {"hold", Duration(std::chrono::seconds(30))}}).verdict,
            Verdict::Fail);
  EXPECT_EQ(ask({{"most_restarts", 1}, {"hold", Duration(std::chrono::seconds(30))}}).verdict,
            Verdict::Pass);
}

}  // namespace
}  // namespace cfkops::actions
