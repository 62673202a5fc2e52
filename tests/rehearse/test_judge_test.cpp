#include "test_judge.hpp"

#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/actions/table.hpp"
#include "cfkops/runbook/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::rehearse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(PathMatches, StarsStopAtSlashesUnlessTheyAreTwo) {
  EXPECT_TRUE(path_matches("/api/v1/pods/*", "/api/v1/pods/kafka-0?dryRun=All"));
  EXPECT_FALSE(path_matches("/api/v1/pods/*", "/api/v1/pods/kafka-0/eviction"));
  EXPECT_TRUE(path_matches("/api/**/eviction", "/api/v1/namespaces/a/pods/kafka-0/eviction"));
  EXPECT_TRUE(path_matches("/api/**", "/api/"));
  EXPECT_FALSE(path_matches("/api/**", "/apis/apps"));
  EXPECT_TRUE(path_matches("/a/k*-0", "/a/kafka-0"));
  EXPECT_FALSE(path_matches("/a/k*-0", "/a/kafka-01"));
  EXPECT_TRUE(path_matches("/a?x=*", "/a?x=1"));
  EXPECT_FALSE(path_matches("/a?x=*", "/a"));
  EXPECT_FALSE(path_matches("", "/a"));
}

TEST(Matches, DryRunsAreRequestsOfTheirOwn) {
  const SentRequest dry{.method = "POST",
                        .target = {.resource = "pods/eviction", .ns = "a", .name = "b"},
                        .mutation = false,
                        .step = "roll[2]",
                        .path = "/api/v1/namespaces/a/pods/b/eviction?dryRun=All"};
  RequestPattern pattern;
  pattern.resource = "pods/eviction";
  EXPECT_FALSE(matches(pattern, dry));
  pattern.dry_run = true;
  EXPECT_TRUE(matches(pattern, dry));
  pattern.step = "roll";
  EXPECT_TRUE(matches(pattern, dry));
  pattern.step = "rol";
  EXPECT_FALSE(matches(pattern, dry));
}

/// Runs broker-restart as a test says, and tells what is not as expected.
class RunTest : public testing::Test {
 protected:
  RunTest() {
    auto loaded = runbook::load_runbook(
        test::read_file(test::source_tree() / "runbooks/broker-restart.yaml"), "it");
    EXPECT_TRUE(loaded);
    book_ = *std::move(loaded);
  }

  /// `given` and `expect` as they stand in a file.
  std::vector<std::string> unmet(const std::string& given, const std::string& expect) {
    const std::string text =
        "apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: it\ntests:\n  - name: x\n    given: " +
        given + "\n    expect: " + expect + "\n";
    const auto tests = load_runbook_tests(text, "it.test.yaml");
    EXPECT_TRUE(tests) << tests.error().front().text();
    if (!tests) {
      return {"no test"};
    }
    const auto result = run_test(tests->tests.front(),
                                 {.runbook = book_,
                                  .catalogue = actions::catalogue(),
                                  .exit_code = [](const engine::RunReport& report) {
                                    return report.result == engine::RunResult::Succeeded ? 0 : 5;
                                  }});
    EXPECT_TRUE(result) << result.error().text();
    std::vector<std::string> said;
    for (const Unmet& one : result ? result->unmet : std::vector<Unmet>()) {
      EXPECT_GT(one.pos.line, 4) << one.text;
      said.push_back(one.text);
    }
    return said;
  }

  runbook::Runbook book_;
};

const std::string kQuick = "{params: {settle: 0s}}";

TEST_F(RunTest, WhatIsAsExpectedPasses) {
  EXPECT_THAT(
      unmet(kQuick,
            "{result: Succeeded, exit_code: 0, steps: {roll: done}, requests: [{resource: "
            "pods/eviction, count: 3}, {resource: pods/eviction, dry_run: true}], order: "
            "[{name: kafka-0, resource: pods/eviction}], objects: [{kind: pod, name: kafka-0, "
            "that: \"object.metadata.name == 'kafka-0'\"}, {kind: pod, name: nobody, missing: "
            "true}], kafka: [{restarts: 3, brokers_down: 1, under_min_isr: 0s}]}"),
      IsEmpty());
}

TEST_F(RunTest, EveryExpectationThatIsNotMetIsToldByItself) {
  EXPECT_THAT(
      unmet(kQuick,
            "{result: Failed, exit_code: 7, error: broken, harm: true, steps: {roll: skipped, rol: "
            "done}, requests: [{resource: pods/eviction, count: 2}, {method: DELETE, resource: "
            "pods}, "
            "{resource: pods/eviction, most: 1}], objects: [{kind: pod, name: nobody}, {kind: pod, "
            "name: kafka-0, missing: true}, {kind: statefulset, name: kafka, that: "
            "object.spec.replicas == 4}, {kind: pod, name: kafka-0, that: object.no == 1}, {kind: "
            "nokind, name: a}], kafka: [{restarts: 1, brokers_down: 0, without_acks: 0s, "
            "under_replicated: 3}, {name: other}]}"),
      ElementsAre(
          HasSubstr("expected to end as Failed, and it ended as Succeeded"),
          HasSubstr("exit code 7 is expected, and it is 0"),
          HasSubstr("expected to say 'broken'"),
          HasSubstr("expected to do harm, and did none"),
          HasSubstr("step 'roll' is expected to be skipped, and is done"),
          HasSubstr("there is no step 'rol'; did you mean 'roll'?"),
          HasSubstr("2 requests pods/eviction are expected, and 3 were sent: POST /api/v1/"),
          HasSubstr("at least 1 requests DELETE pods are expected, and 0 were sent"),
          HasSubstr("at most 1 requests pods/eviction are expected, and 3 were sent"),
          HasSubstr("without acks for a time of at most 0s is expected"),
          HasSubstr("at most 0 brokers down at once are expected, and it is 1"),
          HasSubstr("1 restarts of brokers are expected, and it is 3"),
          HasSubstr("3 partitions under-replicated in the end are expected, and it is 0"),
          HasSubstr("one Kafka is meant, and 0 are there"),
          HasSubstr("pod nobody: "),
          HasSubstr("pod kafka-0 is expected to be gone, and is there"),
          HasSubstr("`object.spec.replicas == 4` is false: `object.spec.replicas` = 3"),
          HasSubstr("`object.no == 1`: "),
          HasSubstr("nokind")));
}

TEST_F(RunTest, ARunThatFailsFailsATestThatExpectsNothingOfIt) {
  EXPECT_THAT(
      unmet("{scenario: rf1-topic, params: {settle: 0s}}", "{}"),
      ElementsAre(HasSubstr("expected to end as Succeeded, and it ended as PrerequisiteFailed")));
  EXPECT_THAT(unmet("{scenario: rf1-topic, params: {settle: 0s}}", "{exit_code: 5}"), IsEmpty());
}

TEST_F(RunTest, TheWrongOrderIsTold) {
  EXPECT_THAT(unmet("{params: {settle: 0s, roles: all}}",
                    "{order: [{path: /api/v1/namespaces/*/pods/kafka-*/eviction}, {path: "
                    "/api/v1/namespaces/*/pods/kraftcontroller-*/eviction}]}"),
              ElementsAre(HasSubstr("kraftcontroller-*/eviction is expected after")));
}

TEST_F(RunTest, ARunThatWasKilledHasNoResult) {
  const std::string killed = "{params: {settle: 0s}, faults: [{fault: kill, write: 12}]}";
  EXPECT_THAT(unmet(killed, "{requests: [{resource: pods/eviction, most: 1}]}"), IsEmpty());
  EXPECT_THAT(unmet(killed, "{result: Succeeded}"),
              ElementsAre(HasSubstr("the run was killed: it has none")));
}

}  // namespace
}  // namespace cfkops::rehearse
