#include "drain_bench.hpp"
#include "kinds.hpp"
#include "objects.hpp"
#include "scale_wait.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"
#include "workload.hpp"

#include "cfkops/audit/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {
namespace {

using engine::Outcome;
using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A shop on the sandbox, with a journal, so that what was done can be taken back.
class Bench : public test::DrainBench {
 public:
  explicit Bench(const std::string& objects)
      : DrainBench(objects),
        log_(test::memory_file(disk_), "run-1", loop.clock()),
        journal(log_) {
    context.journal = &journal;
    context.step.id = "scale";
    journal.set_step("scale", 1);
  }

  runbook::ValueMap ref(const std::string& kind, const std::string& name) {
    const kube::Object found = now(kind, name);
    return {{"kind", kind}, {"namespace", "shop"}, {"name", name}, {"uid", found.uid()}};
  }

  kube::Object now(const std::string& kind, const std::string& name) {
    return *client.get(
        kind == "StatefulSet" ? kube::resources::stateful_sets() : kube::resources::deployments(),
        "shop",
        name);
  }

  Outcome scale(const std::string& kind, const std::string& name, int replicas) {
    return apply(workload_scale(), {{"workload", ref(kind, name)}, {"replicas", replicas}});
  }

  Outcome take_back() {
    return workload_scale().undo(context, client, journal.remembered().back().data);
  }

  std::size_t pods(const std::string& app) {
    return client
        .list(
            kube::resources::pods(), "shop", {.label_selector = "app=" + app, .field_selector = {}})
        ->items.size();
  }

  void patch(const std::string& name, const char* body) {
    EXPECT_TRUE(client.patch(kube::resources::deployments(), "shop", name, *Json::parse(body), {}));
    recorder.sent.clear();
  }

 private:
  test::MemoryDisk disk_;
  audit::Log log_;

 public:
  engine::Journal journal;
};

std::int64_t number(const Outcome& outcome, const std::string& name) {
  return *outcome.outputs.at(name).as<std::int64_t>();
}

TEST(WorkloadScale, AddsPodsAndWaitsUntilAllAreReady) {
  Bench bench(test::workload("Deployment", "web", 2));
  const Outcome outcome = bench.scale("Deployment", "web", 5);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_TRUE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_EQ(number(outcome, "before"), 2);
  EXPECT_EQ(number(outcome, "ready"), 5);
  EXPECT_EQ(bench.now("Deployment", "web").json().int_or("/status/availableReplicas", 0), 5);
  ASSERT_THAT(bench.recorder.sent, SizeIs(1));
  EXPECT_EQ(bench.recorder.sent.front().name, "shop/web");
  EXPECT_TRUE(bench.observer.waited_for("deployment shop/web to have 5 pods"));
}

TEST(WorkloadScale, IsDoneOnlyWhenTheOthersAreGone) {
  Bench bench(test::workload("StatefulSet", "db", 4));
  const Outcome outcome = bench.scale("StatefulSet", "db", 1);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_EQ(bench.pods("db"), 1U);
  EXPECT_TRUE(bench.observer.waited_for("more than that still there"));
}

TEST(WorkloadScale, ToNothingLeavesNothing) {
  Bench bench(test::workload("Deployment", "web", 3));
  ASSERT_EQ(bench.scale("Deployment", "web", 0).kind, Outcome::Kind::Done);
  EXPECT_EQ(bench.pods("web"), 0U);
}

TEST(WorkloadScale, SetsNothingWhereItIsSoAlready) {
  Bench bench(test::workload("Deployment", "web", 3));
  const Outcome outcome = bench.scale("Deployment", "web", 3);
  ASSERT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  EXPECT_FALSE(*outcome.outputs.at("changed").as<bool>());
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_THAT(bench.journal.remembered(), IsEmpty()) << "it is not ours to take back";
}

TEST(WorkloadScale, GoesOnWithWhatAnEarlierAttemptHasSet) {
  Bench bench(test::workload("Deployment", "web", 2));
  ASSERT_EQ(bench.scale("Deployment", "web", 4).kind, Outcome::Kind::Done);
  const Outcome again = bench.scale("Deployment", "web", 4);
  ASSERT_EQ(again.kind, Outcome::Kind::Done);
  EXPECT_TRUE(*again.outputs.at("changed").as<bool>());
  EXPECT_EQ(number(again, "before"), 2);
  EXPECT_THAT(bench.journal.remembered(), SizeIs(1));
}

TEST(WorkloadScale, IsTakenBackToTheFormerNumber) {
  Bench bench(test::workload("StatefulSet", "db", 2));
  ASSERT_EQ(bench.scale("StatefulSet", "db", 4).kind, Outcome::Kind::Done);
  const engine::PlannedChange planned =
      workload_scale().planned_undo(bench.journal.remembered().back().data);
  EXPECT_EQ(planned.object, "statefulset shop/db");
  EXPECT_THAT(planned.diff, ElementsAre("~ /spec/replicas: 4 -> 2"));
  const Outcome undone = bench.take_back();
  ASSERT_EQ(undone.kind, Outcome::Kind::Done) << undone.why;
  EXPECT_EQ(bench.pods("db"), 2U);
  EXPECT_EQ(bench.take_back().kind, Outcome::Kind::Done) << "a second time changes nothing";
  EXPECT_THAT(bench.recorder.sent, SizeIs(2));
}

TEST(WorkloadScale, DoesNotTakeBackWhatSomebodyElseHasSetMeanwhile) {
  Bench bench(test::workload("Deployment", "web", 2));
  ASSERT_EQ(bench.scale("Deployment", "web", 4).kind, Outcome::Kind::Done);
  bench.patch("web", R"({"spec": {"replicas": 7}})");
  const Outcome undone = bench.take_back();
  EXPECT_EQ(undone.kind, Outcome::Kind::Refused);
  EXPECT_THAT(undone.why, HasSubstr("replicas were 2, we wrote 4, now it is 7"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(WorkloadScale, EndsAtItsDeadlineWithWhatIsMissing) {
  Bench bench(test::workload("Deployment", "web", 1, "nodeSelector: {disk: none}, "));
  bench.context.deadline = bench.loop.clock().now() + std::chrono::minutes(1);
  const Outcome outcome = bench.scale("Deployment", "web", 2);
  EXPECT_EQ(outcome.kind, Outcome::Kind::NotYet);
  EXPECT_THAT(outcome.why, HasSubstr("0 of 2 pods are Ready"));
  EXPECT_THAT(outcome.why, HasSubstr("Pending"));
}

TEST(WorkloadScale, RefusesAWorkloadThatIsAnotherOneNow) {
  Bench bench(test::workload("Deployment", "web", 1));
  runbook::ValueMap ref = bench.ref("Deployment", "web");
  ref["uid"] = "another";
  const Outcome outcome =
      bench.apply(workload_scale(), {{"workload", std::move(ref)}, {"replicas", 2}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("is another one now"));
}

TEST(WorkloadScale, RefusesWhatAnOperatorOwns) {
  Bench bench(test::workload("Deployment", "web", 1));
  bench.patch("web",
              R"({"metadata": {"ownerReferences": [{"apiVersion": "x/v1", "kind": "Connect",
                  "name": "connect", "uid": "1", "controller": true}]}})");
  const auto plan =
      bench.plan(workload_scale(), {{"workload", bench.ref("Deployment", "web")}, {"replicas", 2}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_TRUE(plan->changes.front().refused);
  const Outcome outcome = bench.scale("Deployment", "web", 2);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("belongs to Connect connect"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
}

TEST(WorkloadScale, PlansTheChangeAndWritesNothing) {
  Bench bench(test::workload("Deployment", "web", 3) + test::budget("web", "minAvailable: 2"));
  const auto plan =
      bench.plan(workload_scale(), {{"workload", bench.ref("Deployment", "web")}, {"replicas", 1}});
  ASSERT_THAT(plan, test::IsOk());
  ASSERT_THAT(plan->changes, SizeIs(1));
  EXPECT_EQ(plan->changes.front().verdict, "accepted");
  EXPECT_THAT(plan->changes.front().diff, ElementsAre("~ /spec/replicas: 3 -> 1"));
  EXPECT_THAT(plan->disruption,
              ElementsAre(HasSubstr("2 pods of deployment shop/web end"),
                          HasSubstr("budget shop/web wants 2 pods available")));
  EXPECT_THAT(plan->undo, HasSubstr("gets its 3 replicas again"));
  EXPECT_THAT(bench.recorder.sent, IsEmpty());
  EXPECT_EQ(bench.pods("web"), 3U);
}

TEST(WorkloadScale, PlansNothingWhereItIsSoAlready) {
  Bench bench(test::workload("Deployment", "web", 3));
  const auto plan =
      bench.plan(workload_scale(), {{"workload", bench.ref("Deployment", "web")}, {"replicas", 3}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->changes, IsEmpty());
  EXPECT_THAT(plan->notes, ElementsAre(HasSubstr("has that many already")));
}

TEST(WorkloadScale, TellsWhoMaySetItBack) {
  Bench bench(test::workload("Deployment", "web", 3));
  bench.patch("web", R"({"metadata": {"annotations": {"meta.helm.sh/release-name": "shop"}}})");
  const auto plan =
      bench.plan(workload_scale(), {{"workload", bench.ref("Deployment", "web")}, {"replicas", 4}});
  ASSERT_THAT(plan, test::IsOk());
  EXPECT_THAT(plan->notes, Contains(HasSubstr("Helm release may set the number back")));
}

/// On a scripted server: what the sandbox has not.
struct ScriptedScale : testing::Test, test::ActionBench {
  const std::string scalers = "/apis/autoscaling/v2/namespaces/confluent/horizontalpodautoscalers*";
  const std::string set = test::kSets + "/web";
  const runbook::ValueMap arguments{
      {"workload",
       runbook::ValueMap{
           {"kind", "StatefulSet"}, {"namespace", "confluent"}, {"name", "web"}, {"uid", "s1"}}},
      {"replicas", 5}};

  ScriptedScale() {
    transport.on("GET", set).reply(200, test::stateful_set("web"));
    transport.on("GET", scalers).reply(200, json{{"items", json::array()}});
  }
};

TEST_F(ScriptedScale, RefusesWhatAnAutoscalerSets) {
  transport.on("GET", scalers)
      .reply(
          200,
          json{{"items",
                {{{"metadata", {{"name", "web-hpa"}, {"namespace", "confluent"}}},
                  {"spec", {{"scaleTargetRef", {{"kind", "StatefulSet"}, {"name", "web"}}}}}}}}});
  const Outcome outcome = apply(workload_scale(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("the autoscaler web-hpa sets the replicas"));
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(ScriptedScale, DoesNothingWhereItMayNotLookForAutoscalers) {
  transport.on("GET", scalers).refuse(403, "Forbidden", "no");
  EXPECT_EQ(apply(workload_scale(), arguments).kind, Outcome::Kind::Failed);
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(ScriptedScale, IsOfThatVersionAndOnlyOfTheScale) {
  transport.on("PATCH", set + "/scale").refuse(403, "Forbidden", "no");
  EXPECT_EQ(apply(workload_scale(), arguments).kind, Outcome::Kind::Failed);
  const kube::Request& request = transport.calls().back().request;
  EXPECT_THAT(request.target, HasSubstr("/web/scale"));
  EXPECT_THAT(request.body, HasSubstr(R"("uid":"s1")"));
  EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":"7")"));
}

TEST_F(ScriptedScale, DoesNotOverwriteWhatSomebodyElseHasJustSet) {
  int asked = 0;
  transport.on("GET", set).handle([&](const kube::Request& /*request*/) {
    json now = test::stateful_set("web");
    now["spec"]["replicas"] = ++asked == 1 ? 3 : 9;
    return test::reply(200, now);
  });
  transport.on("PATCH", set + "/scale").refuse(409, "Conflict", "it was modified");
  const Outcome outcome = apply(workload_scale(), arguments);
  EXPECT_EQ(outcome.kind, Outcome::Kind::Refused);
  EXPECT_THAT(outcome.why, HasSubstr("somebody else has set"));
}

Workload set_with(const json& spec) {
  json object = test::stateful_set("web");
  object["spec"].merge_patch(spec);
  return {kube::resources::stateful_sets(), kube::Object(Json(object))};
}

TEST(ScaleObjection, KeepsTheVolumesOfRemovedPods) {
  const Workload set =
      set_with({{"volumeClaimTemplates", {{{"metadata", {{"name", "data"}}}}}},
                {"persistentVolumeClaimRetentionPolicy", {{"whenScaled", "Delete"}}}});
  EXPECT_FALSE(scale_objection(set, {}, 4));
  ASSERT_TRUE(scale_objection(set, {}, 2));
  EXPECT_THAT(scale_objection(set, {}, 2)->message, HasSubstr("no undo brings back"));
  EXPECT_FALSE(scale_objection(set_with({{"volumeClaimTemplates", json::array()}}), {}, 2));
}

TEST(ScaleObjection, LeavesKafkaAlone) {
  const Workload set =
      set_with({{"template",
                 {{"metadata", {{"labels", {{"platform.confluent.io/type", "kafka"}}}}},
                  {"spec", {{"containers", {{{"name", "kafka"}}}}}}}}});
  ASSERT_TRUE(scale_objection(set, {}, 4));
  EXPECT_THAT(scale_objection(set, {}, 4)->message, HasSubstr("runs Kafka brokers"));
}

TEST(ScaleState, SaysWhatTheControllerCouldNotMake) {
  json web = test::stateful_set("web");
  web["kind"] = "Deployment";
  web["status"] = {
      {"observedGeneration", 2},
      {"replicas", 2},
      {"availableReplicas", 2},
      {"conditions",
       {{{"type", "ReplicaFailure"}, {"status", "True"}, {"message", "exceeded quota: small"}}}}};
  const ScaleState state = scale_state(kube::Object(Json(web)), {}, 3);
  EXPECT_FALSE(state.there);
  EXPECT_EQ(state.why, "2 of 3 pods are Ready");
  EXPECT_THAT(state.details, ElementsAre("exceeded quota: small"));
}

TEST(ScaleState, DoesNotBelieveAStatusOfAnOlderGeneration) {
  json web = test::stateful_set("web");
  web["metadata"]["generation"] = 3;
  EXPECT_FALSE(scale_state(kube::Object(Json(web)), {}, 3).there);
}

}  // namespace
}  // namespace cfkops::actions
