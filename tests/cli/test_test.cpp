#include "app_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::cli {
namespace {

using test::small_runbook;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Tests of a runbook that reads a config map which is not there.
constexpr const char* kTests =
    "apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: ../small.yaml\ntests:\n"
    "  - {name: fails & says so, given: {scenario: empty}, expect: {result: Failed, exit_code: "
    "1}}\n"
    "  - {name: works, given: {scenario: empty}, expect: {steps: {look: done}}}\n";

struct TestCommand : testing::Test, test::AppBench {
  TestCommand() {
    here.write("runbooks/small.yaml", small_runbook("small"));
    here.write("runbooks/tests/small.test.yaml", kTests);
  }

  test::InFreshFolder here;
};

TEST_F(TestCommand, TellsWhatPassedAndWhatDidNotWithItsPlace) {
  EXPECT_EQ(run_words({"test"}), 2) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              AllOf(HasSubstr("  ok    fails & says so ("),
                    HasSubstr("  FAIL  works ("),
                    HasSubstr("small.test.yaml:6:"),
                    HasSubstr("step 'look' is expected to be done, and is failed")));
  EXPECT_EQ(terminal.shown_err, "1 passed, 1 failed\n");
}

TEST_F(TestCommand, RunsOnlyThoseWithTheFilterInTheirName) {
  EXPECT_EQ(run_words({"test", "runbooks/tests/small.test.yaml", "--filter", "says"}), 0);
  EXPECT_THAT(terminal.shown_out, Not(HasSubstr("works")));
  EXPECT_EQ(run_words({"test", "--filter", "nothing"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("no test has 'nothing' in its name"));
}

TEST_F(TestCommand, PrintsOneRecord) {
  EXPECT_EQ(run_words({"test", "-o", "json"}), 2);
  const auto record = nlohmann::json::parse(terminal.shown_out);
  EXPECT_EQ(record.at("passed"), 1);
  EXPECT_EQ(record.at("failed"), 1);
  const auto& test = record.at("tests").at(1);
  EXPECT_EQ(test.at("name"), "works");
  EXPECT_EQ(test.at("result"), "Failed");
  EXPECT_EQ(test.at("unmet").at(0).at("line"), 6);
}

TEST_F(TestCommand, PrintsWhatCiReads) {
  EXPECT_EQ(run_words({"test", "-o", "junit"}), 2);
  EXPECT_THAT(terminal.shown_out,
              AllOf(HasSubstr("<testsuites tests=\"2\" failures=\"1\">"),
                    HasSubstr("name=\"fails &amp; says so\""),
                    HasSubstr("<failure message=\"the run is expected to end as Succeeded")));
}

TEST_F(TestCommand, AFileThatCannotBeUsedIsATestThatFails) {
  here.write("bad.test.yaml", "apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: x\ntests: 3\n");
  here.write("lost.test.yaml",
             "apiVersion: cfkops/v1\nkind: RunbookTest\nrunbook: ./no.yaml\ntests:\n  - {name: x, "
             "expect: {}}\n");
  EXPECT_EQ(run_words({"test", "bad.test.yaml", "lost.test.yaml"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("0 passed, 2 failed"));
  EXPECT_THAT(terminal.shown_out,
              AllOf(HasSubstr("        bad.test.yaml:4:8: "),
                    HasSubstr("lost.test.yaml:3:10: the runbook cannot be used"),
                    HasSubstr("        cannot open no.yaml: No such file")));
}

TEST_F(TestCommand, ReportsSayWhyAFileCannotBeUsed) {
  here.write("runbooks/small.yaml", "kind: Runbook\n");
  EXPECT_EQ(run_words({"test", "-o", "junit"}), 2);
  EXPECT_THAT(terminal.shown_out,
              AllOf(HasSubstr("<failure message=\"runbooks/tests/small.test.yaml:3:10: "),
                    HasSubstr("runbooks/small.yaml:1:1: error: "),
                    HasSubstr("apiVersion")));
  terminal.shown_out.clear();
  EXPECT_EQ(run_words({"test", "-o", "json"}), 2);
  const auto record = nlohmann::json::parse(terminal.shown_out);
  const auto& unmet = record.at("tests").at(0).at("unmet");
  ASSERT_FALSE(unmet.empty());
  EXPECT_THAT(unmet.at(0).at("text").get<std::string>(), HasSubstr("runbooks/small.yaml:1:1: "));
}

TEST_F(TestCommand, WithoutTestsThereIsNothingToPass) {
  EXPECT_EQ(run_words({"test", "nowhere"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("no such file or folder"));
  here.write("empty/x.yaml", "");
  EXPECT_EQ(run_words({"test", "empty"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("there are no tests in empty"));
  EXPECT_THAT(terminal.shown_out, IsEmpty());
}

TEST_F(TestCommand, FilesOfTestsAreNoRunbooks) {
  EXPECT_EQ(run_words({"lint"}), 0) << terminal.shown_out;
  EXPECT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, AllOf(HasSubstr("small"), Not(HasSubstr("test"))));
}

}  // namespace
}  // namespace cfkops::cli
