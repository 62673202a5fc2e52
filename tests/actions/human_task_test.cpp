#include "action_fixture.hpp"
#include "kinds.hpp"

#include "cfkops/engine/approver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

/// Answers, and keeps what was asked.
class Person final : public engine::Approver {
 public:
  Status approve(const engine::Plan& /*plan*/) override { return {}; }

  Status ask(const engine::Question& question) override {
    asked.push_back(question);
    return answer;
  }

  std::vector<engine::Question> asked;
  Status answer;
};

struct HumanTask : testing::Test, test::ActionBench {
  HumanTask() {
    context.step.id = "disk";
    context.approver = &person;
  }

  Person person;
};

TEST_F(HumanTask, IsDoneWhenAPersonSaysSo) {
  const Outcome outcome =
      apply(human_task(), {{"text", "Replace the disk.\nLabel it."}, {"done_when", "it is seen"}});
  EXPECT_EQ(outcome.kind, Outcome::Kind::Done) << outcome.why;
  ASSERT_EQ(person.asked.size(), 1U);
  EXPECT_THAT(person.asked[0].what, HasSubstr("'disk'"));
  EXPECT_THAT(person.asked[0].details,
              ElementsAre("Replace the disk.", "Label it.", "done when: it is seen"));
  EXPECT_TRUE(recorder.mutations.empty());
}

TEST_F(HumanTask, IsNoneOfTheQuestionsThatYesToThePlanAnswers) {
  (void)apply(human_task(), {{"text", "Replace the disk."}});
  ASSERT_EQ(person.asked.size(), 1U);
  EXPECT_FALSE(person.asked[0].shown_in_plan);
  EXPECT_TRUE(person.asked[0].of_a_task);
}

TEST_F(HumanTask, FailsOnNoAndWhereNobodyIsThere) {
  person.answer = make_error(ErrorCode::Refused, "answered with no");
  EXPECT_EQ(apply(human_task(), {{"text", "Replace it."}}).kind, Outcome::Kind::Refused);
  context.approver = nullptr;
  EXPECT_EQ(apply(human_task(), {{"text", "Replace it."}}).kind, Outcome::Kind::Unknown);
}

TEST_F(HumanTask, ThePlanShowsWhatIsToBeDone) {
  const auto plan = this->plan(human_task(), {{"text", "Replace it."}});
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->changes.empty());
  EXPECT_THAT(plan->notes, testing::Contains("to do: Replace it."));
}

}  // namespace

}  // namespace cfkops::actions
