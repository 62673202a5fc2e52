#include "image_set_plan.hpp"
#include "kinds.hpp"
#include "objects.hpp"
#include "objects_bench.hpp"
#include "rollout_wait.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using nlohmann::json;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kMissing = "missing.sandbox.cfkops.dev/it:2";

/// Workloads whose only container `it` runs shop/it.
struct Bench : test::ObjectsBench {
  explicit Bench(const std::string& objects)
      : ObjectsBench(objects) {
    context.step.id = "it";
  }

  runbook::ValueMap arguments(const std::string& kind,
                              const std::string& name,
                              const std::string& image) {
    return {{"workload",
             runbook::ValueMap{{"kind", kind},
                               {"namespace", "shop"},
                               {"name", name},
                               {"uid", now(kind, "shop", name)->uid()}}},
            {"image", image}};
  }

  Outcome set(const std::string& kind, const std::string& name, const std::string& image) {
    pass(std::chrono::minutes(1));
    recorder.sent.clear();
    return apply(image_set(), arguments(kind, name, image));
  }

  std::vector<std::string> images(const std::string& app) {
    std::vector<std::string> all;
    const auto pods = client.list(
        kube::resources::pods(), "shop", {.label_selector = "app=" + app, .field_selector = {}});
    for (const kube::Object& pod : pods->items) {
      all.push_back(pod.json().string_or("/spec/containers/0/image", ""));
    }
    return all;
  }

  Outcome take_back() {
    return image_set().undo(context, client, journal.remembered().back().data);
  }
};

struct ImageSetOf : testing::TestWithParam<const char*> {};

TEST_P(ImageSetOf, GivesEveryPodTheImage) {
  Bench bench(test::workload(GetParam(), "web", 3));
  const Outcome outcome = bench.set(GetParam(), "web", "shop/it:2");
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_THAT(bench.images("web"), Each("shop/it:2"));
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_EQ(outcome.outputs.at("before").list()->front().text(), "it=shop/it");
  EXPECT_EQ(*outcome.outputs.at("restarts").as<std::int64_t>(), 0);
  ASSERT_THAT(bench.recorder.sent, SizeIs(1));
  EXPECT_TRUE(bench.observer.waited_for("to be rolled out"));
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         ImageSetOf,
                         testing::Values("Deployment", "StatefulSet", "DaemonSet"),
                         [](const auto& one) { return std::string(one.param); });

TEST(ImageSet, SetsNothingWhereItIsSoAlready) {
  Bench bench(test::workload("Deployment", "web", 2));
  ASSERT_EQ(bench.set("Deployment", "web", "shop/it:2").kind, Outcome::Kind::Done);
  const Outcome again = bench.set("Deployment", "web", "shop/it:2");
  ASSERT_EQ(again.kind, Outcome::Kind::Done) << again.why;
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_THAT(bench.journal.remembered(), SizeIs(1));
  EXPECT_TRUE(*again.outputs.at("changed").as<bool>())
      << "an earlier process of the run has set it";
  EXPECT_EQ(again.outputs.at("before").list()->front().text(), "it=shop/it");
}

TEST(ImageSet, EndsLongBeforeTheDeadlineWithThePodsReason) {
  Bench bench(test::workload("Deployment", "web", 3));
  const MonoTime began = bench.loop.clock().now();
  const Outcome outcome = bench.set("Deployment", "web", kMissing);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Failed);
  EXPECT_THAT(outcome.why, HasSubstr("Image"));
  EXPECT_THAT(outcome.why, HasSubstr(kMissing));
  EXPECT_LT(bench.loop.clock().now() - began, std::chrono::minutes(3));
}

TEST(ImageSet, IsTakenBackAndWaitedFor) {
  Bench bench(test::workload("Deployment", "web", 3));
  ASSERT_EQ(bench.set("Deployment", "web", kMissing).kind, Outcome::Kind::Failed);
  const engine::PlannedChange planned =
      image_set().planned_undo(bench.journal.remembered().back().data);
  EXPECT_EQ(planned.object, "deployment shop/web");
  EXPECT_THAT(planned.diff, ElementsAre(HasSubstr("/containers/it/image")));
  const Outcome undone = bench.take_back();
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_THAT(bench.images("web"), Each("shop/it"));
  const std::size_t sent = bench.recorder.sent.size();
  EXPECT_EQ(bench.take_back().kind, Outcome::Kind::Done);
  EXPECT_EQ(bench.recorder.sent.size(), sent) << "a second time changes nothing";
}

TEST(ImageSet, HelpsASetOnThatStandsStillAtAPodThatCannotStart) {
  Bench bench(test::workload("StatefulSet", "db", 3));
  ASSERT_EQ(bench.set("StatefulSet", "db", kMissing).kind, Outcome::Kind::Failed);
  bench.recorder.sent.clear();
  const Outcome undone = bench.take_back();
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_THAT(bench.images("db"), ElementsAre("shop/it", "shop/it", "shop/it"));
  ASSERT_THAT(bench.recorder.sent, SizeIs(2));
  EXPECT_EQ(bench.recorder.sent.back().name, "shop/db-2");
}

TEST(ImageSet, LeavesAloneWhatSomebodyElseHasChangedMeanwhile) {
  Bench bench(test::workload("Deployment", "web", 2));
  ASSERT_EQ(bench.set("Deployment", "web", "shop/it:2").kind, Outcome::Kind::Done);
  bench.patch("Deployment",
              "shop",
              "web",
              R"({"spec": {"template": {"spec": {"containers": [
                  {"name": "it", "image": "shop/it:3"}]}}}})");
  bench.recorder.sent.clear();
  const Outcome undone = bench.take_back();
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("shop/it:3"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(ImageSet, PlansWithWhoElseRunsItAndTheBudgets) {
  Bench bench(test::workload("Deployment", "web", 4) + test::workload("StatefulSet", "db", 1) +
              test::budget("web", "minAvailable: 2"));
  bench.pass(std::chrono::minutes(1));
  bench.recorder.sent.clear();
  const auto plan = bench.plan(image_set(), bench.arguments("Deployment", "web", "shop/it:2"));
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_THAT(plan->changes, SizeIs(1));
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->changes.front().diff, ElementsAre(HasSubstr("shop/it -> ")));
  EXPECT_THAT(plan->disruption,
              ElementsAre(HasSubstr("4 pods of deployment shop/web replaced"),
                          HasSubstr("budget shop/web lets 2 pods go now")));
  EXPECT_THAT(plan->notes, Contains(HasSubstr("1 pod of StatefulSet db runs the former image")));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(ImageSet, RefusesLatest) {
  Bench bench(test::workload("Deployment", "web", 1));
  const auto plan = bench.plan(image_set(), bench.arguments("Deployment", "web", "shop/it:latest"));
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(plan->changes.front().refused);
  EXPECT_EQ(bench.set("Deployment", "web", "shop/it").kind, Outcome::Kind::Refused);
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

kube::Object set_with(const json& change) {
  json object = test::stateful_set("web");
  object.merge_patch(change);
  return kube::Object(Json(object));
}

TEST(ImageObjection, NamesTheSafeWayForKafka) {
  const json owner = {{"apiVersion", "platform.confluent.io/v1beta1"},
                      {"kind", "Kafka"},
                      {"name", "kafka"},
                      {"controller", true}};
  const auto owned =
      image_objection(set_with({{"metadata", {{"ownerReferences", json::array({owner})}}}}));
  ASSERT_TRUE(owned);
  EXPECT_THAT(owned->hint, HasSubstr("set spec.image.application of Kafka kafka"));
  const auto plain = image_objection(
      set_with({{"metadata", {{"labels", {{"platform.confluent.io/type", "kraftcontroller"}}}}}}));
  ASSERT_TRUE(plain);
  EXPECT_THAT(plain->message, HasSubstr("runs Kafka"));
  EXPECT_THAT(plain->hint, HasSubstr("broker-restart"));
}

TEST(ImageObjection, WhereNotAllPodsWouldGetIt) {
  EXPECT_FALSE(image_objection(set_with(json::object())));
  EXPECT_TRUE(image_objection(
      set_with({{"spec", {{"updateStrategy", {{"rollingUpdate", {{"partition", 1}}}}}}}})));
  EXPECT_TRUE(image_objection(set_with({{"spec", {{"updateStrategy", {{"type", "OnDelete"}}}}}})));
  EXPECT_TRUE(image_objection(set_with({{"kind", "Deployment"}, {"spec", {{"paused", true}}}})));
}

TEST(ImageRollout, IsNotThereWhileAFormerPodIsGoing) {
  const std::vector<ContainerImage> images = {
      {.list = "containers", .container = "web", .image = "shop/web:2"}};
  const json spec = {{"containers", {{{"name", "web"}, {"image", "shop/web:2"}}}}};
  const kube::Object set = set_with({{"spec", {{"template", {{"spec", spec}}}}}});
  EXPECT_TRUE(image_rollout(set, {}, images).there);
  json going = test::pod("web-0", "p0");
  going["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_FALSE(image_rollout(set, {kube::Object(Json(going))}, images).there);
  EXPECT_TRUE(image_rollout(set_with(json::object()), {}, images).foreign);
}

TEST(ImageRollout, DoesNotTakeForAFormerOneWhatAdmissionGaveAnotherImage) {
  const std::vector<ContainerImage> images = {
      {.list = "containers", .container = "web", .image = "shop/web:2"}};
  const json spec = {{"containers", {{{"name", "web"}, {"image", "shop/web:2"}}}}};
  const kube::Object set = set_with(
      {{"spec", {{"template", {{"spec", spec}}}}}, {"status", {{"updateRevision", "web-2"}}}});
  json pod = test::pod("web-0", "p0");
  pod["spec"]["containers"] =
      json::array({{{"name", "web"}, {"image", "mirror.example.com/shop/web:2"}}});
  pod["status"]["conditions"] = json::array();
  pod["metadata"]["labels"]["controller-revision-hash"] = "web-1";
  EXPECT_THAT(image_rollout(set, {kube::Object(Json(pod))}, images).former, SizeIs(1));
  pod["metadata"]["labels"]["controller-revision-hash"] = "web-2";
  EXPECT_THAT(image_rollout(set, {kube::Object(Json(pod))}, images).former, IsEmpty())
      << "it would be deleted again and again";
}

}  // namespace
}  // namespace cfkops::actions
