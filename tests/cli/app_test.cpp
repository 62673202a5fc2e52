#include "cfkops/cli/app.hpp"

#include "app_fixture.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/engine/audit_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

namespace cfkops::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct App : testing::Test, test::AppBench {};

TEST_F(App, WhatCouldNotBeWrittenIsNoSuccess) {
  terminal.lost = "No space left on device";
  EXPECT_EQ(run_words({"version"}), 1);
  EXPECT_THAT(terminal.shown_err, HasSubstr("No space left on device"));
}

TEST_F(App, VersionSaysNameAndNumber) {
  EXPECT_EQ(run_words({"version"}), 0);
  EXPECT_THAT(terminal.shown_out, StartsWith("cfkops 0."));
  EXPECT_EQ(terminal.shown_err, "");
}

TEST_F(App, VersionAsJsonIsARecordWithItsSchema) {
  EXPECT_EQ(run_words({"version", "-o", "json"}), 0);
  const auto record = nlohmann::json::parse(terminal.shown_out);
  EXPECT_EQ(record.at("schemaVersion"), 1);
  EXPECT_TRUE(record.contains("commit"));
}

TEST_F(App, OfARunThatNeverBeganNothingIsTold) {
  const test::InFreshFolder here;
  here.write("small.yaml", test::small_runbook("small"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "nowhere", "--sandbox"},
        {"run", "small.yaml", "--sandbox", "--param", "x=1"},
        {"run", "broker-restart", "--sandbox", "--param", "target=kafka/other"}}) {
    terminal.shown_err.clear();
    EXPECT_EQ(run_words(words), 2) << terminal.shown_err;
    EXPECT_EQ(terminal.shown_err.find("simulated: "), std::string::npos) << terminal.shown_err;
  }
}

TEST_F(App, WhatARehearsalDoesNotUseIsAMistake) {
  EXPECT_EQ(run_words({"rehearse", "broker-restart", "--points", "3"}), 2);
  EXPECT_THAT(terminal.shown_err,
              testing::AllOf(HasSubstr("--points says how many faults --faults all tries"),
                             HasSubstr("next: add --faults all")));
}

TEST_F(App, FileNamesThatAreNoUtf8DoNotEndTheProgram) {
  const test::InFreshFolder here;
  const auto log = here.write("l\xffg.jsonl", "{}\n");
  here.write("runbooks/\xff/mine.yaml", test::small_runbook("mine"));
  here.write("runbooks/\xff/broken.yaml", "kind: Runbook\n");
  const auto said = [this] {
    auto record = nlohmann::json::parse(terminal.shown_out);
    terminal.shown_out.clear();
    return record;
  };
  EXPECT_EQ(run_words({"list", "-o", "json"}), 0) << terminal.shown_err;
  EXPECT_THAT(said().at("runbooks").dump(), HasSubstr("/\xEF\xBF\xBD/mine.yaml"));
  EXPECT_EQ(run_words({"lint", "-o", "json"}), 2) << terminal.shown_err;
  EXPECT_THAT(said().at("findings").dump(), HasSubstr("/\xEF\xBF\xBD/broken.yaml"));
  EXPECT_EQ(run_words({"show", "./runbooks/\xff/mine.yaml", "-o", "json"}), 0);
  EXPECT_EQ(said().at("name"), "mine");
  EXPECT_EQ(run_words({"audit", "verify", log.string(), "-o", "json"}), 1) << terminal.shown_err;
  EXPECT_THAT(said().at("logs").dump(), HasSubstr("l\xEF\xBF\xBDg.jsonl"));
  EXPECT_EQ(run_words({"explain", "\xff", "-o", "json"}), 2);
}

TEST_F(App, AnExceptionThatNobodyExpectedIsADefectWithItsOwnExitCode) {
  connect = [](const kube::ClientConfig& /*config*/) -> Result<std::unique_ptr<kube::Transport>> {
    throw std::runtime_error("out of luck");
  };
  EXPECT_EQ(run_words({"run", "broker-restart", "-s", "https://10.0.0.1:6443"}), 10);
  EXPECT_THAT(terminal.shown_err, HasSubstr("a defect of cfkops: out of luck"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: "));
}

TEST_F(App, WithoutACommandThereIsHelpAndAUsageError) {
  EXPECT_EQ(run_words({}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("plan"));
}

TEST_F(App, TheShippedRunbooksAreListedFromTheBinary) {
  EXPECT_EQ(run_words({"list"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("broker-restart"));
}

TEST_F(App, TheShippedRunbooksLintWithoutAFinding) {
  EXPECT_EQ(run_words({"lint", "broker-restart"}), 0) << terminal.shown_out;
  EXPECT_EQ(terminal.shown_out, "");
}

TEST_F(App, AFindingIsShownWithItsPlaceAndExitsTwo) {
  const test::TempDir folder;
  const auto path = folder.write("x.yaml", "apiVersion: cfkops/v1\nkind: Runbook\nnmae: x\n");
  EXPECT_EQ(run_words({"lint", path.string()}), 2);
  EXPECT_THAT(terminal.shown_out, HasSubstr("x.yaml:3:1"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("did you mean 'name'"));
}

TEST_F(App, AnUnknownRunbookSaysWhereItLookedAndWhatToTypeNext) {
  EXPECT_EQ(run_words({"plan", "broker-restrat"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("did you mean 'broker-restart'"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: "));
  EXPECT_THAT(terminal.shown_err, HasSubstr("cfkops list"));
}

TEST_F(App, AMissingFileIsNamed) {
  EXPECT_EQ(run_words({"run", "./no-such.yaml"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("no-such.yaml"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("next: "));
}

TEST_F(App, AParameterWithoutEqualsIsRefusedBeforeAnyConnection) {
  EXPECT_EQ(run_words({"run", "broker-restart", "--param", "settle"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("expected name=value"));
}

TEST_F(App, AWrongParameterIsToldBeforeAnyConnection) {
  for (const auto& [given, why] : std::map<std::string, std::string>{
           {"setle=30s", "unknown parameter 'setle'; did you mean 'settle'?"},
           {"settle=30", "parameter 'settle'"},
           {"settle=31m", "is more than the most allowed"},
           {"roles=broker", "parameter 'roles'"},
           {"waiver_topics=['a'", "parameter 'waiver_topics'"}}) {
    for (const char* command : {"run", "plan"}) {
      terminal.shown_err.clear();
      EXPECT_EQ(run_words({command, "broker-restart", "--kubeconfig", "/none", "--param", given}),
                2);
      EXPECT_THAT(terminal.shown_err, HasSubstr(why));
    }
  }
}

TEST_F(App, ShowTellsPurposeParametersAndSteps) {
  EXPECT_EQ(run_words({"show", "broker-restart"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("Purpose"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("settle (duration"));
  EXPECT_THAT(terminal.shown_out, HasSubstr("kafka.roll"));
}

TEST_F(App, ExplainKnowsKeysActionsAndNeighbours) {
  EXPECT_EQ(run_words({"explain", "kafka.roll"}), 0);
  EXPECT_THAT(terminal.shown_out, HasSubstr("settle"));
  EXPECT_EQ(run_words({"explain", "step.attempts"}), 0);
  EXPECT_EQ(run_words({"explain", "kafka.rol"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("did you mean 'kafka.roll'"));
}

TEST_F(App, AnAlteredLogIsReportedWithItsLine) {
  const test::TempDir folder;
  const auto path = folder.write("journal.jsonl", "{\"not\":\"a log\"}\n");
  EXPECT_EQ(run_words({"audit", "verify", path.string()}), 1);
  EXPECT_THAT(terminal.shown_out, HasSubstr(path.string() + ":1: broken"));
}

// Every byte is tried where logs are read; here it is what a person is told.
TEST_F(App, AChangedByteAnywhereInALogIsReportedWithItsLine) {
  test::MemoryDisk disk;
  audit::Log log(test::memory_file(disk), "20251123-072501-3f9a", clock);
  const auto key = engine::audit_key();
  ASSERT_TRUE(key);
  log.sign_with(*key);
  for (const audit::Phase phase : {audit::Phase::Start, audit::Phase::End}) {
    const audit::Record record{
        .phase = phase, .step = "", .attempt = 1, .data = Json(nlohmann::json::object())};
    ASSERT_TRUE(log.append(record, audit::Durable::Yes));
  }
  const test::TempDir folder;
  for (std::size_t at = 0; at < disk.content.size(); at += 11) {
    std::string changed = disk.content;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U);
    const auto path = folder.write("journal.jsonl", changed);
    const auto line =
        std::count(
            disk.content.begin(), disk.content.begin() + static_cast<std::ptrdiff_t>(at), '\n') +
        1;
    terminal.shown_out.clear();
    ASSERT_EQ(run_words({"audit", "verify", path.string()}), 1);
    ASSERT_THAT(terminal.shown_out, StartsWith(path.string() + ":" + std::to_string(line) + ": "))
        << "byte " << at;
  }
}

TEST_F(App, APathThatIsNoFileIsNotTakenForARun) {
  EXPECT_EQ(run_words({"audit", "verify", "./missing.jsonl"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("there is no file ./missing.jsonl"));
}

TEST_F(App, AnUnknownRunIsAnsweredWithTheNextCommand) {
  EXPECT_EQ(run_words({"runs", "show", "no-such-run"}), 2);
  EXPECT_THAT(terminal.shown_err, HasSubstr("cfkops runs list"));
}

}  // namespace
}  // namespace cfkops::cli
