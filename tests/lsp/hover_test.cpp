#include "features.hpp"
#include "marked_text.hpp"
#include "wording.hpp"

#include "cfkops/actions/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace cfkops::lsp {
namespace {

using test::around;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// What is told at the mark, with the word it is told of in front.
std::string told_at(std::string_view text) {
  const test::MarkedText marked = test::marked(text);
  const auto told = hover(marked.text, marked.offset, actions::specs());
  return told ? std::string(told->span.of(marked.text)) + "|" + told->markdown : "nothing";
}

/// The line that what is named at the mark is declared in, from that on; "nothing" where there is
/// none.
std::string declared_at(std::string_view text) {
  const test::MarkedText marked = test::marked(text);
  const auto span = definition(marked.text, marked.offset, actions::specs());
  if (!span) {
    return "nothing";
  }
  const std::string line = marked.text.substr(marked.text.rfind('\n', span->begin) + 1);
  return line.substr(0, line.find('\n')) + "|" + std::string(span->of(marked.text));
}

TEST(Hover, TellsOfKeys) {
  EXPECT_THAT(told_at("ri‸sk: low"), StartsWith("risk|**runbook.risk**: low, medium or high, req"));
  EXPECT_THAT(told_at(around("    ‸timeout: 3m")), StartsWith("timeout|**step.timeout**"));
  EXPECT_THAT(told_at(around("    timeout‸: 3m")), StartsWith("timeout|**step.timeout**"));
  EXPECT_THAT(told_at(around("    attempts: {ma‸x: 3}")), StartsWith("max|**attempts.max**"));
  EXPECT_THAT(told_at(around("    timeout: 3‸m")), "nothing");
  EXPECT_THAT(told_at(around("    tim‸out: 3m")), "nothing");
}

TEST(Hover, TellsOfTheMembersOfALiveObject) {
  const test::MarkedText marked = test::marked(
      "steps:\n  - id: get\n    do: object.get\n    with: {kind: deployment, name: a}\n"
      "    expect: [{check: expr, that: steps.get.object.status.ready‸Replicas > 1}]\n");
  const runbook::Knowledge known = {actions::specs(), std::make_shared<const runbook::KindTypes>()};
  const auto told = hover(marked.text, marked.offset, known);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->markdown, "**readyReplicas** (member): int");
}

TEST(Hover, TellsOfActionsChecksAndArguments) {
  EXPECT_THAT(told_at(around("  - {id: a, do: kafka.‸roll}")),
              AllOf(StartsWith("kafka.roll|**kafka.roll** (action)"), HasSubstr("`settle`")));
  EXPECT_THAT(told_at(around("    expect: [{check: ‸kafka.replication}]")),
              AllOf(HasSubstr("(check)"), HasSubstr("Outputs")));
  EXPECT_THAT(told_at(around("    expect:\n      - check: ex‸pr")),
              HasSubstr("an expression is true (`that:`"));
  EXPECT_THAT(told_at(around("  - id: a\n    with: {na‸me: x}\n    do: object.get")),
              StartsWith("name|**name**: string, required"));
  EXPECT_THAT(told_at(around("  - {id: a, do: no.‸such}")), "nothing");
}

TEST(Hover, TellsOfNamesInExpressions) {
  EXPECT_THAT(told_at(around("    when: params.se‸ttle > x")),
              StartsWith("settle|**settle** (parameter): duration\n\nHow long to watch"));
  EXPECT_THAT(told_at(around("    confirm: \"It is ${pa‸rams.settle}\"")),
              StartsWith("params|**params**"));
  EXPECT_THAT(told_at(around("    when: steps.lo‸ok.uid == ''")),
              AllOf(StartsWith("look|**look** (step)\n\nLook at it"), HasSubstr("`uid` (string)")));
  EXPECT_THAT(told_at(around("    when: steps.look.u‸id == ''")),
              StartsWith("uid|**uid** (output): string"));
  EXPECT_THAT(told_at(around("    when: si‸ze(params.settle) > 0")), StartsWith("size|`size("));
  EXPECT_THAT(told_at(around("    when: params.settle.con‸tains('a')")),
              StartsWith("contains|`text.contains(part)"));
  EXPECT_THAT(told_at(around("    when: \"'‸params' == ''\"")), "nothing");
  EXPECT_THAT(told_at(around("    when: nobody.kn‸ows")), "nothing");
}

TEST(Hover, IsPlainForThoseWhoCannotReadMarkdown) {
  const std::string text = plain(told(*runbook::find_key("step", "timeout")));
  EXPECT_THAT(
      text, AllOf(StartsWith("step.timeout: duration"), Not(HasSubstr("`")), Not(HasSubstr("**"))));
}

TEST(Definition, FindsWhatANameDeclares) {
  EXPECT_EQ(declared_at(around("    when: params.set‸tle > x")), "  settle:|settle");
  EXPECT_EQ(declared_at(around("    with: {name: \"${params.tar‸get.name}\"}")),
            "  target: {type: ref<Kafka>, doc: \"The cluster, in {braces}\"}|target");
  EXPECT_EQ(declared_at(around("    when: params.target.na‸me == ''")),
            "  target: {type: ref<Kafka>, doc: \"The cluster, in {braces}\"}|target");
  EXPECT_EQ(declared_at(around("    when: steps.lo‸ok.uid")), "  - id: look|look");
  EXPECT_EQ(declared_at(around("    when: steps.look.‸uid")), "  - id: look|look");
  EXPECT_EQ(declared_at(around("    when: checks.repl‸ication.hold")),
            "  id: replication|replication");
  EXPECT_EQ(declared_at(around("  - id: a\n    each: {in: params.x, as: topic}\n    when: ‸topic")),
            "    each: {in: params.x, as: topic}|topic");
}

TEST(Definition, FindsNothingForOtherWords) {
  EXPECT_EQ(declared_at(around("    when: params.no‸ne")), "nothing");
  EXPECT_EQ(declared_at(around("    when: pa‸rams.settle")), "nothing");
  EXPECT_EQ(declared_at(around("    ti‸tle: params.settle")), "nothing");
}

TEST(Definition, WorksInATextThatCannotBeLoaded) {
  EXPECT_EQ(declared_at(around("  - id: [a\n    when: params.set‸tle")), "  settle:|settle");
}

}  // namespace
}  // namespace cfkops::lsp
