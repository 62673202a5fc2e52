#include "cfkops/engine/saved_plan.hpp"

#include "bench.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/engine/drift.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cfkops::engine {
namespace {

using nlohmann::json;
using test::HasError;
using test::IsOk;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kBook = R"(
params: {value: {type: string, default: "5"}}
steps:
  - {id: one, do: fake.set, with: {name: a, value: "${params.value}"}}
  - {id: two, do: fake.set, with: {name: b}}
)";

struct SavedPlanTest : testing::Test {
  SavedPlanTest() {
    bench.transport.on("GET", "/api/v1/namespaces/kube-system")
        .handle([this](const kube::Request& /*request*/) {
          return test::reply(200,
                             json{{"kind", "Namespace"},
                                  {"metadata", {{"name", "kube-system"}, {"uid", cluster}}}});
        });
  }

  Result<SavedPlan> saved(const runbook::Runbook& book,
                          std::map<std::string, std::string> params = {}) {
    const RunRequest request = bench.request(book, std::move(params));
    PinRecorder reads;
    bench.client.set_read_listener(&reads);
    const auto plan = make_plan(request, bench.fakes.catalogue(), bench.client, bench.observer);
    bench.client.set_read_listener(nullptr);
    if (!plan) {
      return plan.error();
    }
    return save(request, *plan, reads, bench.client, {.valid_for = std::chrono::hours(1)});
  }

  RunReport run(const runbook::Runbook& book, const SavedPlan& plan) {
    RunRequest request = bench.request(book, plan.params);
    request.saved = &plan;
    return bench.run(request);
  }

  test::Bench bench;
  std::string cluster = "uid-cluster";
};

TEST_F(SavedPlanTest, ReadsBackWhatItWrote) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book, {{"value", "7"}});
  ASSERT_THAT(plan, IsOk());
  const auto read = read_saved_plan(to_text(*plan));
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(to_text(*read), to_text(*plan));
  EXPECT_EQ(read->sha256, plan->sha256);
  EXPECT_EQ(read->runbook_text, book.source);
  EXPECT_EQ(read->params, (std::map<std::string, std::string>{{"value", "7"}}));
  EXPECT_EQ(read->requester, "ana");
  EXPECT_EQ(read->cluster_uid, "uid-cluster");
  ASSERT_EQ(read->pins.size(), 2U);
  EXPECT_EQ(read->pins[0].text(), "configmap confluent/a");
  EXPECT_EQ(read->pins[0].uid, "uid-a");
  EXPECT_TRUE(read->pins[0].fields.contains("/data/value"));
}

TEST_F(SavedPlanTest, HoldsNoSecret) {
  const test::TempDir folder;
  const std::string path = folder.write("password", "hunter22\n").string();
  const runbook::Runbook book = bench.load(R"(
params: {password: {type: secret, required: true}}
steps: [{id: use, do: fake.use, with: {secret: "${params.password}"}}]
)");
  const auto plan = saved(book, {{"password", "@" + path}});
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(plan->secret_params, ElementsAre("password"));
  EXPECT_TRUE(plan->params.empty());
  EXPECT_THAT(to_text(*plan), Not(HasSubstr("hunter22")));
}

TEST_F(SavedPlanTest, IsRefusedWithAnyByteChanged) {
  const auto plan = saved(bench.load(kBook));
  ASSERT_THAT(plan, IsOk());
  const std::string text = to_text(*plan);
  for (std::size_t at = 0; at < text.size(); at += 1 + text.size() / 700) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 7)));
    EXPECT_THAT(read_saved_plan(changed), HasError(ErrorCode::Refused)) << "byte " << at;
  }
  for (const std::string& other : {text + "\n",
                                   text.substr(0, text.size() - 1),
                                   " " + text,
                                   std::string(),
                                   std::string("{}")}) {
    EXPECT_THAT(read_saved_plan(other), HasError(ErrorCode::Refused));
  }
}

TEST_F(SavedPlanTest, Expires) {
  const auto plan = saved(bench.load(kBook));
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(check_valid(*plan, plan->created + std::chrono::minutes(59)), IsOk());
  EXPECT_THAT(check_valid(*plan, plan->created + std::chrono::hours(1)),
              HasError(ErrorCode::Refused, "expired"));
}

TEST_F(SavedPlanTest, IsCarriedOutWhereNothingHasChanged) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(run(book, *plan).result, RunResult::Succeeded);
  EXPECT_THAT(bench.world.changes, ElementsAre("a=5", "b=2"));
  const auto start = bench.log("start");
  ASSERT_EQ(start.size(), 1U);
  EXPECT_EQ(start[0].data.string_or("/savedPlan/sha256", ""), plan->sha256);
}

TEST_F(SavedPlanTest, IsNotCarriedOutOnAnotherWorld) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  bench.world.values["b"] = "9";
  const RunReport report = run(book, *plan);
  EXPECT_EQ(report.result, RunResult::Drifted);
  ASSERT_TRUE(report.error);
  EXPECT_THAT(report.error->message,
              HasSubstr("configmap confluent/b /data/value: planned from \"1\", now \"9\""));
  EXPECT_TRUE(bench.world.changes.empty());
  EXPECT_EQ(bench.asked_for_approval, 0);
}

TEST_F(SavedPlanTest, IsNotCarriedOutWhereItsObjectIsGone) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  bench.world.values.erase("b");
  const RunReport report = run(book, *plan);
  EXPECT_EQ(report.result, RunResult::Drifted);
  EXPECT_THAT(report.error->message,
              HasSubstr("configmap confluent/b: planned from uid uid-b, now none"));
}

TEST_F(SavedPlanTest, IsNotCarriedOutOnAnotherCluster) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  cluster = "uid-other";
  EXPECT_EQ(run(book, *plan).result, RunResult::Drifted);
}

TEST_F(SavedPlanTest, IsNotCarriedOutWhereItWouldDoSomethingElse) {
  const runbook::Runbook book = bench.load(kBook);
  auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  const json was = plan->plan.raw();
  json other = was;
  std::swap(other["steps"][0], other["steps"][1]);
  plan->plan = Json(other);
  const RunReport report = run(book, *plan);
  EXPECT_EQ(report.result, RunResult::Drifted);
  EXPECT_THAT(report.error->message, HasSubstr("other steps: planned two (fake.set)"));

  test::Bench fresh;
  other = was;
  other["steps"][0]["changes"].push_back({{"verb", "evict"},
                                          {"object", "pod confluent/kafka-0"},
                                          {"uid", ""},
                                          {"diff", json::array()}});
  plan->plan = Json(other);
  RunRequest request = fresh.request(book, {});
  request.saved = &*plan;
  const RunReport second = fresh.run(request);
  EXPECT_EQ(second.result, RunResult::Drifted);
  EXPECT_THAT(second.error->message,
              HasSubstr("step 'one' would no longer evict pod confluent/kafka-0"));
}

TEST_F(SavedPlanTest, TheOrderCountsUnlessItFollowsTheMoment) {
  const runbook::Runbook book = bench.load(kBook);
  const auto plan = saved(book);
  ASSERT_THAT(plan, IsOk());
  const auto drift_of = [&](bool by_state) {
    const PlannedChange first{
        .verb = "evict", .object = "pod a", .uid = "1", .diff = {}, .verdict = {}};
    const PlannedChange second{
        .verb = "evict", .object = "pod b", .uid = "2", .diff = {}, .verdict = {}};
    Plan planned;
    planned.steps.push_back(
        {.id = "roll", .title = {}, .action = "x", .plan = {}, .skipped = {}, .unknown = {}});
    StepPlan& step = planned.steps[0].plan;
    step.ordered_by_state = by_state;
    step.changes = {first, second};
    SavedPlan before = *plan;
    before.pins.clear();
    before.plan = planned.to_json();
    std::swap(step.changes[0], step.changes[1]);
    RunRequest request = bench.request(book, {});
    request.saved = &before;
    DriftWatch watch(request, bench.client);
    const auto drift = watch.drift(&planned);
    EXPECT_THAT(drift, IsOk());
    return drift ? drift->steps : std::vector<std::string>();
  };
  EXPECT_THAT(drift_of(true), ElementsAre());
  EXPECT_THAT(drift_of(false), ElementsAre(HasSubstr("step 'roll' would go in another order")));
}

/// An object, and changes of it that matter and that do not, by JSON Pointer.
struct Kind {
  kube::Resource resource;
  json object;
  std::vector<std::pair<std::string, json>> relevant;
  std::vector<std::pair<std::string, json>> irrelevant;
};

json meta(const std::string& name) {
  return {{"name", name},
          {"namespace", "confluent"},
          {"uid", "uid-1"},
          {"resourceVersion", "10"},
          {"generation", 3},
          {"labels", {{"app", "kafka"}}}};
}

std::vector<std::pair<std::string, json>> noise() {
  return {{"/metadata/resourceVersion", "11"},
          {"/metadata/generation", 4},
          {"/metadata/managedFields", json::array({json{{"manager", "x"}}})},
          {"/metadata/annotations", {{"kubectl.kubernetes.io/last-applied-configuration", "{}"}}},
          {"/status", {{"phase", "Running"}, {"readyReplicas", 2}}}};
}

std::vector<Kind> kinds() {
  namespace r = kube::resources;
  std::vector<Kind> kinds = {
      {r::stateful_sets(),
       {{"kind", "StatefulSet"},
        {"metadata", meta("kafka")},
        {"spec",
         {{"replicas", 3},
          {"template", {{"spec", {{"containers", json::array({{{"image", "kafka:1"}}})}}}}}}}},
       {{"/spec/replicas", 5},
        {"/spec/template/spec/containers/0/image", "kafka:2"},
        {"/spec/paused", true},
        {"/metadata/labels/app", "other"},
        {"/metadata/deletionTimestamp", "2026-01-01T00:00:00Z"}},
       noise()},
      {r::config_maps(),
       {{"kind", "ConfigMap"}, {"metadata", meta("c")}, {"data", {{"x", "1"}}}},
       {{"/data/x", "2"}, {"/data/y", "1"}, {"/metadata/annotations/mine", "1"}},
       noise()},
      {r::pods(),
       {{"kind", "Pod"}, {"metadata", meta("kafka-0")}, {"spec", {{"nodeName", "n1"}}}},
       {{"/metadata/labels/app", "x"}, {"/spec/nodeName", "n2"}},
       noise()},
      {r::pod_disruption_budgets(),
       {{"kind", "PodDisruptionBudget"},
        {"metadata", meta("b")},
        {"spec", {{"maxUnavailable", 1}}}},
       {{"/spec/maxUnavailable", 2}},
       noise()},
      {r::secrets(),
       {{"kind", "Secret"}, {"metadata", meta("s")}, {"data", {{"password", "aHVudGVyMjI="}}}},
       {{"/metadata/resourceVersion", "11"}},
       {}},
      {r::nodes(),
       {{"kind", "Node"},
        {"metadata", {{"name", "n1"}, {"uid", "uid-1"}, {"labels", {{"zone", "a"}}}}},
        {"spec", {{"podCIDR", "10.0.0.0/24"}}},
        {"status", {{"allocatable", {{"cpu", "4"}}}}}},
       {{"/spec/unschedulable", true},
        {"/metadata/labels/zone", "b"},
        {"/spec/taints", json::array({{{"key", "k"}}})},
        {"/status/allocatable/cpu", "2"}},
       {{"/status/conditions", json::array({{{"lastHeartbeatTime", "now"}}})},
        {"/metadata/annotations/agent", "1"},
        {"/metadata/resourceVersion", "11"}}}};
  return kinds;
}

struct DriftTest : testing::Test {
  /// What has drifted where the pinned object is `now`.
  static Drift drift(const Kind& kind, const json& now) {
    test::ScriptedTransport transport;
    Cancel cancel;
    kube::Loop loop(transport, transport.clock(), cancel);
    kube::Reader reader(loop, {});
    const kube::Object before{Json(kind.object)};
    SavedPlan plan;
    plan.salt = "salt";
    plan.server = reader.server();
    plan.pins.push_back(*pin_of(kind.resource, before, plan.salt));
    RunRequest request;
    request.saved = &plan;
    transport.on("GET", "/api/v1/namespaces/kube-system").refuse(403, "Forbidden", "no");
    transport.on("GET", kind.resource.path(before.ns(), before.name())).reply(200, now);
    DriftWatch watch(request, reader);
    const auto found = watch.drift(nullptr);
    EXPECT_THAT(found, IsOk());
    return found ? *found : Drift();
  }

  static json changed(const json& object, const std::string& pointer, const json& value) {
    json copy = object;
    copy[json::json_pointer(pointer)] = value;
    return copy;
  }
};

TEST_F(DriftTest, OneRelevantFieldOfEachKindIsNamed) {
  for (const Kind& kind : kinds()) {
    for (const auto& [pointer, value] : kind.relevant) {
      const Drift found = drift(kind, changed(kind.object, pointer, value));
      ASSERT_EQ(found.fields.size(), 1U) << kind.resource.kind << pointer;
      EXPECT_THAT(found.fields[0].field, testing::StartsWith(pointer));
    }
    const Drift replaced = drift(kind, changed(kind.object, "/metadata/uid", "uid-2"));
    ASSERT_EQ(replaced.fields.size(), 1U) << kind.resource.kind;
    EXPECT_EQ(replaced.fields[0].field, "/metadata/uid");
  }
}

TEST_F(DriftTest, WhatDoesNotMatterIsNone) {
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(drift(kind, kind.object).empty()) << kind.resource.kind;
    for (const auto& [pointer, value] : kind.irrelevant) {
      const Drift found = drift(kind, changed(kind.object, pointer, value));
      EXPECT_THAT(found.lines(), ElementsAre()) << kind.resource.kind << pointer;
    }
  }
}

TEST(Pins, LeaveOutWhatTellsOfTheMoment) {
  const kube::Object event{Json(json{{"kind", "Event"}, {"metadata", meta("e")}})};
  EXPECT_FALSE(pin_of(kube::resources::events(), event, "salt"));
  const kube::Object lease{Json(json{{"kind", "Lease"}, {"metadata", meta("l")}})};
  EXPECT_FALSE(pin_of(kube::resources::leases(), lease, "salt"));
}

TEST(Pins, NeitherShowNorHashASecretsContent) {
  const auto secret = [](const char* value) {
    return *pin_of(kube::resources::secrets(),
                   kube::Object(Json(json{
                       {"kind", "Secret"}, {"metadata", meta("s")}, {"data", {{"p", value}}}})),
                   "salt");
  };
  EXPECT_EQ(secret("aHVudGVy").fields, secret("b3RoZXI=").fields);
}

TEST(Pins, ShowNoValueThatMayBeASecret) {
  const json object = {{"kind", "StatefulSet"},
                       {"metadata", meta("kafka")},
                       {"spec",
                        {{"env",
                          json::array({{{"name", "DB_PASSWORD"}, {"value", "hunter22"}},
                                       {{"name", "HEAP"}, {"value", "4g"}},
                                       {{"name", "OPTS"}, {"value", "-Dx.password=hunter22"}}})},
                         {"args", json::array({"--password", "hunter22"})},
                         {"token", "hunter22"}}}};
  const auto pin = pin_of(kube::resources::stateful_sets(), kube::Object(Json(object)), "salt");
  ASSERT_TRUE(pin);
  for (const auto& [path, field] : pin->fields) {
    EXPECT_TRUE(!field.value || field.value->dump().find("hunter22") == std::string::npos) << path;
  }
  EXPECT_EQ(pin->fields.at("/spec/env/1/value").value, Json(json("4g")));
  EXPECT_FALSE(pin->fields.at("/spec/args/1").value);
  // The same value in another plan has another hash.
  const auto other = pin_of(kube::resources::stateful_sets(), kube::Object(Json(object)), "other");
  EXPECT_NE(pin->fields.at("/spec/args/1").hash, other->fields.at("/spec/args/1").hash);
}

TEST(Pins, ComparePodsOnlyWhereThePlanNamesThem) {
  PinRecorder reads;
  for (const char* name : {"kafka-0", "other"}) {
    reads.on_object(kube::resources::pods(),
                    kube::Object(Json(json{{"kind", "Pod"}, {"metadata", meta(name)}})));
  }
  const Json plan(
      json{{"steps",
            json::array(
                {{{"changes",
                   json::array({{{"verb", "evict"}, {"object", "pod confluent/kafka-0"}}})}}})}});
  const std::vector<Pin> pins = reads.pins("salt", plan);
  ASSERT_EQ(pins.size(), 2U);
  EXPECT_TRUE(pins[0].compared);
  EXPECT_FALSE(pins[1].compared);
}

}  // namespace
}  // namespace cfkops::engine
