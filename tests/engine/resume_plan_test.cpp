// A run that carries out a saved plan and broke off: what is left of the plan is carried out only
// where what it rests on is as it was, but for what the run itself has changed.
#include "lives.hpp"
#include "own_changes.hpp"

#include "cfkops/engine/drift.hpp"
#include "cfkops/engine/saved_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {
namespace {

using nlohmann::json;
using test::line_of;
using test::mentions;
using testing::HasSubstr;

const std::string kBook = R"(
steps:
  - {id: one, do: fake.set, with: {name: a}}
  - {id: two, do: fake.set, with: {name: b}}
  - {id: again, do: fake.set, with: {name: a, value: "3"}}
)";

struct ResumedPlan : testing::Test, test::Lives {
  void SetUp() override {
    const runbook::Runbook planned = bench.load(kBook);
    const RunRequest request = bench.request(planned, {});
    PinRecorder reads;
    bench.client.set_read_listener(&reads);
    const auto made = make_plan(request, bench.fakes.catalogue(), bench.client, bench.observer);
    bench.client.set_read_listener(nullptr);
    ASSERT_THAT(made, test::IsOk());
    auto kept = save(request, *made, reads, bench.client, {.valid_for = std::chrono::hours(1)});
    ASSERT_THAT(kept, test::IsOk());
    plan.emplace(*std::move(kept));
    saved = &*plan;
    begin(kBook, line_of(kBook, "intent", "two"));  // begun, and nothing was sent
    ASSERT_EQ(bench.world.values.at("a"), "2");
  }

  std::optional<SavedPlan> plan;
};

TEST_F(ResumedPlan, TellsTheFirstStepThatIsLeftThatNoChangeComesBeforeIt) {
  EXPECT_EQ(bench.script.first, (std::vector<std::string>{"one", "one"})) << "planned twice so far";
  bench.script.first.clear();
  static_cast<void>(resumed());
  EXPECT_EQ(bench.script.first, std::vector<std::string>{"two"});
}

TEST_F(ResumedPlan, GoesOnThoughTheRunItselfHasChangedWhatThePlanRestsOn) {
  EXPECT_EQ(recovered().saved_plan, plan->sha256);
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Succeeded)
      << report.summary << (report.error ? report.error->text() : "");
  EXPECT_EQ(bench.world.values.at("a"), "3");
  EXPECT_EQ(bench.world.values.at("b"), "2");
}

TEST_F(ResumedPlan, IsRefusedWhereSomethingElseHasDrifted) {
  bench.world.values["b"] = "9";
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Drifted) << report.summary;
  ASSERT_TRUE(report.error);
  EXPECT_THAT(report.error->text(), HasSubstr("configmap confluent/b /data/value"));
  EXPECT_THAT(report.error->text(), HasSubstr("planned from \"1\", now \"9\""));
  EXPECT_THAT(report.error->hint, HasSubstr("cfkops rollback 20260102-030405-beef"));
  EXPECT_TRUE(mentions(report.next, "cfkops resume 20260102-030405-beef"));
  EXPECT_EQ(times("b=2"), 0);
  EXPECT_EQ(bench.log("end").back().data.string_or("/result", ""), "Drifted");
  EXPECT_EQ(bench.log("note").back().data.string_or("/kind", ""), "drift");
}

TEST_F(ResumedPlan, GoesOnOnceThatIsAsItWas) {
  bench.world.values["b"] = "9";
  EXPECT_EQ(resumed().result, RunResult::Drifted);
  bench.world.values["b"] = "1";
  EXPECT_EQ(resumed().result, RunResult::Succeeded);
  EXPECT_EQ(times("a=2"), 1);
}

TEST_F(ResumedPlan, IsRefusedWhereAnObjectIsGone) {
  bench.world.values.erase("b");
  const RunReport report = resumed();
  EXPECT_EQ(report.result, RunResult::Drifted) << report.summary;
  EXPECT_THAT(report.error->text(), HasSubstr("planned from uid uid-b, now none"));
}

TEST_F(ResumedPlan, IsTakenBackWhateverHasDrifted) {
  bench.world.values["b"] = "9";
  EXPECT_EQ(go_on(recovered(), roll_back).result, RunResult::Succeeded);
  EXPECT_EQ(bench.world.values.at("a"), "1");
}

Pin pin_for(const std::string& kind, const std::string& name, const std::string& owner = {}) {
  Pin pin;
  pin.kind = kind;
  pin.ns = "confluent";
  pin.name = name;
  pin.uid = "uid-" + name;
  if (!owner.empty()) {
    pin.fields["/metadata/ownerReferences/0/uid"] = {.hash = "x",
                                                     .value = Json(nlohmann::json(owner))};
  }
  return pin;
}

SentMutation sent(const std::string& verb,
                  const kube::Resource& resource,
                  const std::string& name,
                  Fate fate = Fate::Applied) {
  SentMutation one;
  one.mutation.verb = verb;
  one.mutation.resource = resource;
  one.mutation.ns = "confluent";
  one.mutation.name = name;
  one.fate = fate;
  return one;
}

TEST(OwnChanges, AreWhatTheRunChangedAndWhatThatOwns) {
  const std::vector<Pin> pins = {pin_for("Pod", "kafka-0", "uid-kafka"),
                                 pin_for("StatefulSet", "kafka", "uid-cr"),
                                 pin_for("Pod", "other-0", "uid-other"),
                                 pin_for("StatefulSet", "other")};
  const OwnChanges own({sent("patch", kube::resources::stateful_sets(), "kafka")}, pins);
  EXPECT_TRUE(own.has(pins[1]));
  EXPECT_TRUE(own.has(pins[0])) << "its pods come and go by the change";
  EXPECT_FALSE(own.has(pins[2]));
  EXPECT_FALSE(own.has(pins[3]));
  EXPECT_TRUE(own.touched_by(Json(json{{"verb", "exec"}, {"object", "pod confluent/kafka-0"}})));
  EXPECT_FALSE(own.touched_by(Json(json{{"verb", "exec"}, {"object", "pod confluent/other-0"}})));
}

TEST(OwnChanges, AreNotWhatTookNoEffectOrWasOnlyCalled) {
  const std::vector<Pin> pins = {pin_for("Pod", "kafka-0"), pin_for("Pod", "kafka-1")};
  const OwnChanges own({sent("exec", kube::resources::pods(), "kafka-0"),
                        sent("evict", kube::resources::pods(), "kafka-1", Fate::NotApplied)},
                       pins);
  EXPECT_FALSE(own.has(pins[0]));
  EXPECT_FALSE(own.has(pins[1]));
  const OwnChanges perhaps({sent("evict", kube::resources::pods(), "kafka-1", Fate::Unknown)},
                           pins);
  EXPECT_TRUE(perhaps.has(pins[1]));
}

}  // namespace
}  // namespace cfkops::engine
