#include "terminal_approver.hpp"

#include "fake_terminal.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>

namespace cfkops::cli {
namespace {

using test::FakeTerminal;
using test::HasError;
using test::IsOk;
using testing::HasSubstr;
using testing::Not;

runbook::Value reference(const std::string& kind, const std::string& name) {
  return runbook::ValueMap{
      {"kind", kind}, {"namespace", "confluent"}, {"name", name}, {"uid", "uid-" + name}};
}

engine::Plan plan_of_risk(const std::string& risk) {
  engine::Plan plan;
  plan.runbook = "broker-restart";
  plan.title = "Restart brokers";
  plan.risk = risk;
  plan.server = "https://k8s:6443";
  plan.context = "lab";
  plan.ns = "confluent";
  plan.params = {{"controller", reference("KRaftController", "kraft")},
                 {"note", runbook::Value("x")},
                 {"target", reference("Kafka", "kafka")}};
  engine::PlannedStep step;
  step.id = "roll";
  step.plan.changes.resize(2);
  step.plan.disruption = {"each broker is away for a minute"};
  plan.steps = {step};
  return plan;
}

class TerminalApproverTest : public testing::Test {
 protected:
  Status approve(const engine::Plan& plan, bool yes = false) {
    return TerminalApprover(terminal, yes, std::nullopt).approve(plan);
  }

  Status ask(bool yes, bool shown_in_plan) {
    return TerminalApprover(terminal, yes, std::nullopt)
        .ask({.what = "Is the load moved away?",
              .details = {"3 clients are left"},
              .on_yes = "step 'roll' begins",
              .on_no = "the run stops here",
              .shown_in_plan = shown_in_plan});
  }

  FakeTerminal terminal;
};

TEST_F(TerminalApproverTest, WantsTheNameOfTheTargetWhereTheRiskIsHigh) {
  terminal.answer = " kafka ";
  EXPECT_THAT(approve(plan_of_risk("high")), IsOk());
  EXPECT_THAT(terminal.shown_err, HasSubstr("Type the name of what this works on, 'kafka': "));
  for (const char* wrong : {"yes", "Kafka", "kafk", "", "kraft"}) {
    terminal.answer = wrong;
    EXPECT_THAT(approve(plan_of_risk("high")),
                HasError(ErrorCode::Refused, "'kafka' was not typed"))
        << wrong;
  }
}

TEST_F(TerminalApproverTest, YesIsNotEnoughWhereAPersonIsNeededLater) {
  engine::Plan plan = plan_of_risk("high");
  EXPECT_THAT(approve(plan, true), IsOk());
  plan.steps.front().for_a_person = true;
  EXPECT_THAT(approve(plan, true), HasError(ErrorCode::Refused, "nobody can be asked"));
  terminal.answer = "yes";
  EXPECT_THAT(approve(plan, true), IsOk());
  EXPECT_THAT(terminal.shown_err, HasSubstr("step 'roll' is for a person"));
  plan.steps.front().skipped = "it is not wanted";
  terminal.answer.reset();
  EXPECT_THAT(approve(plan, true), IsOk());
}

TEST_F(TerminalApproverTest, WantsYesWhereTheRiskIsLower) {
  for (const char* risk : {"low", "medium"}) {
    terminal.answer = "Yes";
    EXPECT_THAT(approve(plan_of_risk(risk)), IsOk()) << risk;
    for (const char* wrong : {"y", "kafka", "no", ""}) {
      terminal.answer = wrong;
      EXPECT_THAT(approve(plan_of_risk(risk)), HasError(ErrorCode::Refused, "not confirmed"));
    }
  }
}

TEST_F(TerminalApproverTest, SumsUpBeforeItAsks) {
  terminal.answer = "no";
  EXPECT_FALSE(approve(plan_of_risk("medium")));
  const std::size_t summary = terminal.shown_err.find("Restart brokers, risk medium");
  ASSERT_NE(summary, std::string::npos);
  EXPECT_LT(summary, terminal.shown_err.find("Carry this out?"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("https://k8s:6443, context lab, namespace confluent"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("1 step, 2 changes planned"));
  EXPECT_THAT(terminal.shown_err, HasSubstr("disruption: each broker is away for a minute"));
}

TEST_F(TerminalApproverTest, TakesAnyReferenceAndElseTheNamespaceForTheTarget) {
  engine::Plan plan = plan_of_risk("high");
  plan.params.erase("target");
  terminal.answer = "kraft";
  EXPECT_THAT(approve(plan), IsOk());
  plan.params.erase("controller");
  terminal.answer = "confluent";
  EXPECT_THAT(approve(plan), IsOk());
  plan.ns = "";
  terminal.answer = "broker-restart";
  EXPECT_THAT(approve(plan), IsOk());
}

TEST_F(TerminalApproverTest, RefusesWhereNobodyCanBeAsked) {
  const Status refused = approve(plan_of_risk("low"));
  EXPECT_THAT(refused, HasError(ErrorCode::Refused, "nobody can be asked"));
  EXPECT_EQ(refused.error().hint, "read the plan, then add --yes");
}

TEST_F(TerminalApproverTest, AsksNothingWithYes) {
  EXPECT_THAT(approve(plan_of_risk("high"), true), IsOk());
  EXPECT_EQ(terminal.shown_err, "");
}

TEST_F(TerminalApproverTest, AnswersWithYesOnlyWhatThePlanHasShown) {
  EXPECT_THAT(ask(true, true), IsOk());
  EXPECT_EQ(terminal.shown_err, "");
  EXPECT_THAT(ask(true, false), HasError(ErrorCode::Refused, "nobody can be asked"));
  EXPECT_THAT(ask(false, true), HasError(ErrorCode::Refused, "nobody can be asked"));
}

TEST_F(TerminalApproverTest, SaysWhatEachAnswerDoes) {
  terminal.answer = "no";
  EXPECT_THAT(ask(false, false), HasError(ErrorCode::Refused, "answered with no"));
  EXPECT_THAT(terminal.shown_err,
              HasSubstr("Is the load moved away?\n  3 clients are left\n"
                        "  yes: step 'roll' begins\n  no: the run stops here\n"));
  terminal.answer = "yes";
  EXPECT_THAT(ask(false, false), IsOk());
}

TEST_F(TerminalApproverTest, AsksAgainWhetherSomebodysWorkIsDoneUntilItIsYesOrNo) {
  const auto is_it_done = [this](std::deque<std::string> answers) {
    terminal.first_answers = std::move(answers);
    return TerminalApprover(terminal, false, std::nullopt)
        .ask({.what = "Is it done?",
              .details = {},
              .on_yes = "on",
              .on_no = "stop",
              .of_a_task = true});
  };
  EXPECT_THAT(is_it_done({"yess", "", " YES "}), IsOk());
  EXPECT_THAT(is_it_done({"maybe", "no"}), HasError(ErrorCode::Refused, "answered with no"));
  EXPECT_THAT(is_it_done({"maybe"}), HasError(ErrorCode::Refused, "nobody can be asked"));
}

TEST_F(TerminalApproverTest, TakesASlipForANoWhereNothingHasBeenDone) {
  terminal.first_answers = {"yess", "yes"};
  EXPECT_THAT(ask(false, false), HasError(ErrorCode::Refused, "answered with no"));
}

TEST_F(TerminalApproverTest, ShowsNoControlCharactersOfThePlan) {
  engine::Plan plan = plan_of_risk("high");
  plan.title = "\x1b[31mred";
  plan.params["target"] = reference("Kafka", "ka\x1b[2Jfka");
  terminal.answer = "no";
  EXPECT_FALSE(approve(plan));
  EXPECT_THAT(terminal.shown_err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace cfkops::cli
