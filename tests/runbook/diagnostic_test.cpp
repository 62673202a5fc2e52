#include "cfkops/runbook/diagnostic.hpp"

#include "source_text.hpp"

#include <gtest/gtest.h>

namespace cfkops::runbook {
namespace {

/// The two lines with the source and the carets.
std::string excerpt(const std::string& source, int line, int column, int length) {
  const std::string text =
      render({"CFK-S001", "wrong", "", {"x.yaml", line, column}, length}, source);
  return text.substr(text.find('\n') + 1);
}

TEST(Diagnostic, ShowsTheLineWithCarets) {
  const Diagnostic finding{"CFK-S001", "unknown key 'b'", "write a", {"x.yaml", 2, 3}, 3};
  EXPECT_EQ(render(finding, "one\n  bcd: 2\nthree\n"),
            "x.yaml:2:3: error: unknown key 'b' [CFK-S001]\n"
            "    2 |   bcd: 2\n"
            "      |   ^~~\n"
            "      = write a\n");
}

TEST(Diagnostic, StaysRightWithTabsWideCharactersAndLineEnds) {
  EXPECT_EQ(excerpt("\ta\tbc", 1, 4, 2), "    1 | \ta\tbc\n      | \t \t^~\n");
  EXPECT_EQ(excerpt("日本 x", 1, 4, 1), "    1 | 日本 x\n      |      ^\n");
  EXPECT_EQ(excerpt("a日本", 1, 2, 2), "    1 | a日本\n      |  ^~~~\n");
  EXPECT_EQ(excerpt("e\xCC\x81x", 1, 3, 1), "    1 | e\xCC\x81x\n      |  ^\n");
  EXPECT_EQ(excerpt("one\r\ntwo\r\n", 2, 1, 9), "    2 | two\n      | ^~~\n");
  EXPECT_EQ(excerpt("ab", 1, 3, 1), "    1 | ab\n      |   ^\n");
  EXPECT_EQ(excerpt("ab", 1, 9, 1), "    1 | ab\n      |   ^\n");
}

TEST(Diagnostic, DoesNotShowWhatIsACredential) {
  const Diagnostic finding{"CFK-Z001", "wrong", "", {"x.yaml", 1, 4}, 3};
  EXPECT_EQ(render(finding, "a: 日x本 b"),
            "x.yaml:1:4: error: wrong [CFK-Z001]\n    1 | a: *** b\n      |    ^~~\n");
}

TEST(Diagnostic, NamesItsSeverity) {
  Diagnostic finding{"CFK-X010", "a pause", "", {"x.yaml", 0, 0}};
  finding.severity = Severity::Warning;
  EXPECT_EQ(render(finding, ""), "x.yaml: warning: a pause [CFK-X010]\n");
  finding.severity = Severity::Info;
  EXPECT_EQ(render(finding, ""), "x.yaml: info: a pause [CFK-X010]\n");
}

TEST(Diagnostic, MendsFromTheFrontWhatDoesNotOverlap) {
  Diagnostic first;
  first.edits = {{4, 7, "four"}, {0, 3, "one"}};
  Diagnostic second;
  second.edits = {{5, 6, "lost"}, {8, 8, "!"}, {9, 99, "lost"}};
  EXPECT_EQ(mended("abc def g", {first, second}), "one four !g");
  EXPECT_EQ(mended("abc", {}), "abc");
}

TEST(Diagnostic, DoesNotDriveTheTerminal) {
  EXPECT_EQ(excerpt("a\x1B[2Jb", 1, 6, 1), "    1 | a\xEF\xBF\xBD[2Jb\n      |      ^\n");
  EXPECT_EQ(excerpt("a\xE2\x80\xAE"
                    "b",
                    1,
                    3,
                    1),
            "    1 | a\xEF\xBF\xBD"
            "b\n      |   ^\n");
}

TEST(Diagnostic, CleansTheMessageOfWhatComesFromTheFile) {
  const Diagnostic finding{.code = "CFK-S001",
                           .message = "unknown key 'a\x1B[2Jb\xE2\x80\xAE'\nand\x07 more",
                           .remedy = "write \x1B]0;title\x07it\xFF",
                           .pos = {"x\x1B[31m.yaml", 1, 1}};
  EXPECT_EQ(render(finding, "a"),
            "x.yaml:1:1: error: unknown key 'ab'\nand more [CFK-S001]\n"
            "    1 | a\n"
            "      | ^\n"
            "      = write it\xEF\xBF\xBD\n");
}

TEST(Diagnostic, LeavesTheLineOutWhereThereIsNone) {
  EXPECT_EQ(excerpt("a", 7, 1, 1), "");
  EXPECT_EQ(excerpt("a", 0, 0, 1), "");
}

TEST(Diagnostic, TakesCodeAndPlaceFromAnError) {
  Error error = make_error(ErrorCode::InvalidInput, "wrong", "write it right");
  error.pos = SourcePos{"x.yaml", 3, 4};
  EXPECT_EQ(to_diagnostic(error, "CFK-Y001").code, "CFK-Y001");
  error.reason = "CFK-E002";
  const Diagnostic diagnostic = to_diagnostic(error, "CFK-Y001");
  EXPECT_EQ(diagnostic.code, "CFK-E002");
  EXPECT_EQ(diagnostic.message, "wrong");
  EXPECT_EQ(diagnostic.remedy, "write it right");
  EXPECT_EQ(diagnostic.pos, *error.pos);
}

TEST(SourceText, FindsPositionsAndBytes) {
  const SourceText source(
      "\xEF\xBB\xBF"
      "ab\r\né d\n");
  EXPECT_EQ(source.line(1), "ab");
  EXPECT_EQ(source.line(2), "é d");
  EXPECT_EQ(source.line(3), "");
  EXPECT_EQ(source.line(9), "");
  EXPECT_EQ(source.pos_of(source.offset_of({"f", 2, 3}), {"f", 0, 0}), (SourcePos{"f", 2, 3}));
  EXPECT_EQ(source.offset_of({"f", 1, 99}), 2U);
  EXPECT_EQ(source.word_length({"f", 1, 1}), 2);
  EXPECT_EQ(source.word_length({"f", 9, 1}), 1);
}

}  // namespace
}  // namespace cfkops::runbook
