#include "cluster_bench.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A runbook with a check that passes and one that does not, or only with the first.
std::string checked_runbook(bool blocked) {
  std::string text = test::small_runbook("x");
  std::string checks =
      "prerequisites:\n  - check: version\n    with: {of: kubernetes, range: '>=1.20 <2'}\n";
  if (blocked) {
    checks += "  - check: expr\n    that: 1 > 2\n    else: one is not enough\n";
  }
  return text.replace(text.find("steps:"), 0, checks);
}

struct PlanCommand : testing::Test, test::ClusterBench {
  test::TempDir folder;

  std::string book(bool blocked = false) {
    return folder.write("x.yaml", checked_runbook(blocked)).string();
  }

  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  }
};

TEST_F(PlanCommand, TheProductHasTheChecksWithWhatWasMeasured) {
  EXPECT_EQ(run_words({"plan", book()}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out,
              HasSubstr("Prerequisites\n  pass  version: kubernetes v1.34.4, wanted >=1.20 <2\n"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("Nothing stands in the way."));
}

TEST_F(PlanCommand, ACheckThatDoesNotPassIsInTheProductToo) {
  EXPECT_EQ(run_words({"plan", book(true)}), 5) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, HasSubstr("one is not enough"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("This plan is blocked"));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("next: cfkops run")));
}

TEST_F(PlanCommand, OnATerminalTheAnswersStandThereOnce) {
  terminal.is_terminal = true;
  EXPECT_EQ(run_words({"plan", book()}), 0);
  EXPECT_EQ(count(terminal.shown_out + terminal.shown_err, "1.34.4, wanted"), 1U);
  EXPECT_THAT(terminal.shown_err, HasSubstr("\r\033[Kchecking: "));
  EXPECT_THAT(terminal.shown_err, HasSubstr("\r\033[Knext: cfkops run "));
}

TEST_F(PlanCommand, TheNextCommandActsOnTheSameClusterAsTheSameUser) {
  EXPECT_EQ(run_words({"plan", book(), "--as", "alice"}), 0);
  EXPECT_THAT(terminal.shown_err,
              HasSubstr("next: cfkops run " + folder.path().string() +
                        "/x.yaml -n confluent --server https://10.0.0.1:6443 --as alice\n"));
}

TEST_F(PlanCommand, AWrongParameterOfARunIsAnsweredWithTheFileThatWasTyped) {
  const std::string path = book();
  EXPECT_EQ(run_words({"run", path, "-p", "nope=1"}), 2) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_err, HasSubstr("cfkops show " + path + "\n"));
}

TEST_F(PlanCommand, InJsonNobodyIsAskedAboutAPlanThatWasNotSeen) {
  terminal.answer = "no";
  EXPECT_EQ(run_words({"run", book(), "-o", "json"}), 4) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_err, HasSubstr("Plan of x: Look at a config map"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("1.34.4, wanted >=1.20"));
  EXPECT_LT(terminal.shown_err.find("Plan of x"), terminal.shown_err.find("Carry this out?"));
  terminal.shown_err.clear();
  EXPECT_EQ(run_words({"run", book(), "-o", "json", "--yes"}), 0);
  EXPECT_EQ(terminal.shown_err, "");
}

TEST_F(PlanCommand, WhatAServerSaysCannotDriveTheTerminal) {
  script = [](test::ScriptedTransport& transport) {
    transport.on("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
        .reply(201,
               nlohmann::json{
                   {"kind", "SelfSubjectReview"},
                   {"status", {{"userInfo", {{"username", "ana\033]0;owned\a\033[31m"}}}}}});
  };
  EXPECT_EQ(run_words({"plan", book()}), 0) << terminal.shown_err;
  EXPECT_THAT(terminal.shown_out, HasSubstr("as         ana,"));
  EXPECT_THAT(terminal.shown_out + terminal.shown_err, Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace cfkops::cli
