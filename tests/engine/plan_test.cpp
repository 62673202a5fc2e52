#include "cfkops/engine/plan.hpp"

#include "bench.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <type_traits>

namespace cfkops::engine {
namespace {

using test::Bench;
using test::HasError;
using test::IsOk;

// A plan cannot write because what it is given has no way to.
template <class T>
concept CanEvict = requires(T& cluster) {
  cluster.evict("", "", kube::Precondition());
};

template <class T>
concept CanPatch = requires(T& cluster) {
  cluster.patch(kube::resources::pods(), "", "", Json(), kube::PatchOptions());
};

template <class T>
concept CanRemove = requires(T& cluster) {
  cluster.remove(kube::resources::pods(), "", "", kube::DeleteOptions());
};

template <class T>
concept CanCreate = requires(T& cluster) {
  cluster.create(kube::resources::pods(), "", Json());
};

static_assert(CanEvict<kube::Client> && CanPatch<kube::Client> && CanRemove<kube::Client> &&
              CanCreate<kube::Client>);
static_assert(!CanEvict<kube::Reader> && !CanPatch<kube::Reader> && !CanRemove<kube::Reader> &&
              !CanCreate<kube::Reader>);
static_assert(std::is_same_v<
              decltype(&make_plan),
              Result<Plan> (*)(const RunRequest&, const Catalogue&, kube::Reader&, Observer&)>);

const std::string kSample = R"(
params: {value: {type: string, default: "5"}}
prerequisites: [{check: permission}, {check: fake.says, title: All is well, with: {of: x}}]
steps:
  - {id: one, title: Set a, do: fake.set, with: {name: a, value: "${params.value}"}}
  - {id: not, do: fake.set, with: {name: b}, when: params.value == 'x'}
  - {id: look, do: fake.script}
  - {id: late, do: fake.set, with: {name: b, value: "${string(steps.look.answer)}"}}
  - {id: out, do: fake.evict, with: {pod: kafka-0}}
validation: [{check: fake.says, title: Still well, with: {of: x}}]
)";

TEST(MakePlan, SendsNothingThatChangesTheCluster) {
  Bench bench;
  ASSERT_THAT(bench.plan(kSample), IsOk());
  EXPECT_GT(bench.transport.calls().size(), 5U);
  for (const test::Call& call : bench.transport.calls()) {
    const std::string& target = call.request.target;
    const bool review =
        call.request.method == "POST" && target.find("/selfsubject") != std::string::npos;
    const bool dry = target.find("dryRun=All") != std::string::npos;
    EXPECT_TRUE(call.request.method == "GET" || review || dry) << call.text();
  }
  EXPECT_TRUE(bench.world.changes.empty());
  EXPECT_TRUE(bench.disk.content.empty());
}

TEST(MakePlan, TellsOfEachStepWhatIsKnown) {
  Bench bench;
  const Result<Plan> plan = bench.plan(kSample);
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->steps.size(), 5U);
  EXPECT_EQ(plan->steps[0].plan.changes.front().object, "configmap confluent/a");
  EXPECT_EQ(plan->steps[0].plan.undo, "the value is set back");
  EXPECT_NE(plan->steps[1].skipped.find("params.value"), std::string::npos);
  EXPECT_EQ(plan->steps[3].unknown, "it needs steps.look.answer, known once that step is done");
  EXPECT_EQ(plan->steps[4].plan.undo, "none: an evicted pod is gone");
  EXPECT_EQ(plan->user, "ana");
  EXPECT_EQ(plan->server_version, "v1.34.4");
  EXPECT_EQ(plan->validation, (std::vector<std::string>{"Still well"}));
  EXPECT_EQ(plan->prerequisites[1].title, "All is well");
  EXPECT_FALSE(plan->blocked());
}

TEST(MakePlan, IsBlockedByWhatIsNotAPass) {
  for (const Verdict bad : {Verdict::Fail, Verdict::Unknown}) {
    Bench bench;
    bench.script.checks["x"] = {
        {.verdict = bad, .summary = "", .details = {}, .remedy = {}, .outputs = {}}};
    const Result<Plan> plan = bench.plan(kSample);
    ASSERT_THAT(plan, IsOk());
    EXPECT_TRUE(plan->blocked());
  }
  Bench bench;
  bench.script.refused = true;
  EXPECT_TRUE(bench.plan(kSample)->blocked());
}

TEST(MakePlan, SaysWhatKeptAStepFromBeingPlanned) {
  Bench bench;
  bench.world.values.erase("a");
  EXPECT_THAT(bench.plan(kSample), HasError(ErrorCode::NotFound, "step 'one'"));

  Bench other;
  other.world.values.erase("a");
  other.script.checks["x"] = {
      {.verdict = Verdict::Fail, .summary = "", .details = {}, .remedy = {}, .outputs = {}}};
  const Result<Plan> plan = other.plan(kSample);
  ASSERT_THAT(plan, IsOk()) << "the failing prerequisite says more";
  EXPECT_NE(plan->steps[0].unknown.find("not found"), std::string::npos);
}

TEST(MakePlan, ListsEachElementOfAList) {
  Bench bench;
  const Result<Plan> plan = bench.plan(R"(
params: {names: {type: list<string>, default: [a, b]}, none: {type: list<string>, default: []}}
steps:
  - {id: set, each: {in: params.names, as: name}, do: fake.set, with: {name: "${name}"}}
  - {id: empty, each: {in: params.none, as: name}, do: fake.set, with: {name: "${name}"}}
)");
  ASSERT_THAT(plan, IsOk());
  ASSERT_EQ(plan->steps.size(), 3U);
  EXPECT_EQ(plan->steps[1].id, "set[2]");
  EXPECT_EQ(plan->steps[1].plan.changes.front().object, "configmap confluent/b");
  EXPECT_EQ(plan->steps[2].skipped, "`params.none` is empty");
}

TEST(PlanJson, HasEveryFieldAndNoSecret) {
  Bench bench;
  const test::TempDir folder;
  const std::string path = folder.write("password", "hunter22\n").string();
  const Result<Plan> plan = bench.plan(R"(
params: {password: {type: secret, required: true}}
steps: [{id: one, do: fake.set, with: {name: a}}, {id: use, do: fake.use, with: {secret: "${params.password}"}}]
)",
                                       {{"password", "@" + path}});
  ASSERT_THAT(plan, IsOk());
  const Json json = plan->to_json();
  EXPECT_EQ(json.int_or("/schemaVersion", 0), 1);
  EXPECT_EQ(json.string_or("/params/password", ""), "***");
  EXPECT_EQ(json.dump().find("hunter22"), std::string::npos);
  for (const char* field : {"/run",
                            "/runbook/sha256",
                            "/cluster/server",
                            "/namespace",
                            "/user",
                            "/prerequisites",
                            "/steps/0/changes/0/verdict",
                            "/steps/0/permissions/0/verb",
                            "/steps/1/notes",
                            "/steps/1/undo",
                            "/validation",
                            "/blocked"}) {
    EXPECT_THAT(json.at(field), IsOk()) << field;
  }
  EXPECT_TRUE(json.get("/steps/0").raw().contains("estimate"));
}

}  // namespace
}  // namespace cfkops::engine
