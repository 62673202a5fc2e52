#include "support/temp_dir.hpp"

#include "cfkops/rehearse/runbook_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::rehearse {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr const char* kHead = "apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: it\ntests:\n";

/// All that is wrong with a file, one line each.
std::string errors_of(const std::string& text, const std::string& file = "it.test.yaml") {
  const auto tests = load_runbook_tests(text, file);
  std::string said;
  if (!tests) {
    for (const Error& error : tests.error()) {
      said +=
          (error.pos ? error.pos->text() : "?") + ": " + error.text() + " (" + error.hint + ")\n";
    }
  }
  return said;
}

RunbookTest test_of(const std::string& body) {
  const auto tests = load_runbook_tests(kHead + body, "it.test.yaml");
  EXPECT_TRUE(tests) << errors_of(kHead + body);
  return tests ? tests->tests.front() : RunbookTest();
}

TEST(LoadRunbookTests, ReadsAllThereIs) {
  const RunbookTest test = test_of(
      "  - name: x\n"
      "    given:\n"
      "      scenario: plain\n"
      "      params: {settle: 0s, topics: [a, b], all: true}\n"
      "      faults: [{fault: kill, write: 3}]\n"
      "      namespace: other\n"
      "      seed: 7\n"
      "    expect:\n"
      "      result: ValidationFailed\n"
      "      exit_code: 9\n"
      "      error: no\n"
      "      harm: true\n"
      "      steps: {roll: skipped}\n"
      "      requests: [{method: GET, most: 3}, {resource: pods, least: 1, most: 2}, {name: a, "
      "count: 0}]\n"
      "      order: [{path: /api/**}]\n"
      "      objects: [{kind: pod, name: a, that: object.x == 1}, {kind: pod, name: b, missing: "
      "true}]\n"
      "      kafka: [{under_min_isr: 2s, without_acks: 1m, brokers_down: 1, restarts: 0}]\n");
  EXPECT_EQ(test.scenario.name, "plain");
  EXPECT_EQ(test.scenario.seed, 7U);
  EXPECT_THAT(
      test.params,
      UnorderedElementsAre(Pair("settle", "0s"), Pair("topics", "a,b"), Pair("all", "true")));
  EXPECT_EQ(test.faults.size(), 1U);
  EXPECT_EQ(test.ns, "other");
  EXPECT_EQ(test.result, engine::RunResult::ValidationFailed);
  EXPECT_EQ(test.exit_code, 9);
  EXPECT_TRUE(test.harm);
  ASSERT_EQ(test.requests.size(), 3U);
  EXPECT_FALSE(test.requests[0].least);
  EXPECT_EQ(test.requests[0].most, 3U);
  EXPECT_EQ(test.requests[2].least, 0U);
  EXPECT_EQ(test.requests[2].most, 0U);
  EXPECT_EQ(test.objects[0].that.source(), "object.x == 1");
  EXPECT_TRUE(test.objects[1].missing);
  EXPECT_EQ(test.kafka[0].under_min_isr, std::chrono::seconds(2));
}

TEST(LoadRunbookTests, AScenarioMayStandWithinAndStandOnAnother) {
  const RunbookTest test = test_of(
      "  - name: x\n    given: {scenario: {from: rf1-topic, nodes: [{count: 7}]}}\n    expect: "
      "{}\n");
  EXPECT_EQ(test.scenario.nodes.front().count, 7);
  EXPECT_EQ(test.scenario.kafka.size(), 1U);
  EXPECT_EQ(test.scenario.name, "rf1-topic");
  const RunbookTest bare =
      test_of("  - name: x\n    given: {scenario: {latency: 5ms}}\n    expect: {}\n");
  EXPECT_TRUE(bare.scenario.kafka.empty());
}

TEST(LoadRunbookTests, AFileOfAScenarioIsRelativeToTheTest) {
  const test::TempDir folder;
  folder.write("own.yaml", "apiVersion: cfkops/v1\nkind: Scenario\nname: own\n");
  const std::string text =
      std::string(kHead) + "  - {name: x, given: {scenario: ./own.yaml}, expect: {}}\n";
  const auto tests = load_runbook_tests(text, (folder.path() / "it.test.yaml").string());
  ASSERT_TRUE(tests) << errors_of(text, (folder.path() / "it.test.yaml").string());
  EXPECT_EQ(tests->tests.front().scenario.name, "own");
}

TEST(LoadRunbookTests, SaysAllThatIsWrongAndWhere) {
  const std::string said = errors_of(
      "apiVersion: cfkops/v2\n"
      "kind: RunbookTest\n"
      "runbook: it\n"
      "tests:\n"
      "  - name: x\n"
      "    given: {scenario: helthy, params: {a: {b: c}}, faults: [{fault: nothing}]}\n"
      "    expect:\n"
      "      result: Succeded\n"
      "      steps: {roll: finished}\n"
      "      requests: [{count: 1}, {method: FETCH}, {resource: pods, count: 1, most: 2}]\n"
      "      order: [{path: pods}]\n"
      "      objects: [{kind: pod}, {kind: pod, name: a, that: object.}, {kind: pod, name: a, "
      "that: '1'}]\n"
      "      kafka: [{under_min_isr: often}]\n"
      "  - {name: x, expect: {resullt: Failed}}\n");
  for (const char* part : {"it.test.yaml:1:13: ",
                           "it.test.yaml:6:23: ",
                           "helthy",
                           "parameter 'a' is no text",
                           "it.test.yaml:8:15: ",
                           "Succeded",
                           "it.test.yaml:9:21: ",
                           "does not say which requests are meant",
                           "FETCH",
                           "stands beside 'least' or 'most'",
                           "does not begin with '/'",
                           "lacks 'name'",
                           "is not true or false",
                           "often",
                           "two tests have the name 'x'",
                           "resullt"}) {
    EXPECT_THAT(said, HasSubstr(part));
  }
}

TEST(LoadRunbookTests, AFileWithoutTestsIsAnError) {
  EXPECT_THAT(errors_of("apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: it\ntests: []\n"),
              HasSubstr("there are no tests"));
  EXPECT_THAT(errors_of("[]"), HasSubstr("it.test.yaml:1:1: "));
}

}  // namespace
}  // namespace cfkops::rehearse
