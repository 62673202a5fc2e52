#include "diagnostics.hpp"

#include "cfkops/actions/table.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::lsp {
namespace {

/// The words that the first finding underlines.
std::string first_word(std::string_view text) {
  const auto findings = judge(text, "x.yaml", actions::specs(), runbook::Profile::Basic);
  return findings.empty() ? "nothing" : std::string(findings.front().span.of(text));
}

TEST(Diagnostics, UnderlineWhatLintMeans) {
  EXPECT_EQ(first_word("a: 1\nb: 2\na: 3\n"), "a");
  EXPECT_EQ(first_word("a: 1\r\n\U0001F642: {bb: 1, bb: 2}\r\n"), "bb");
  EXPECT_EQ(first_word("\xEF\xBB\xBF"
                       "aa: 1\naa: 3\n"),
            "aa");
  EXPECT_EQ(first_word("\xEF\xBB\xBF{aa: 1, bb: 1, bb: 3}\n"), "bb");
}

TEST(Diagnostics, AreInsideOfTheText) {
  for (const char* text : {"", "\n", "a", "a: [", "a: \"", "\r", "a\rb: 1\n", "\t- a"}) {
    for (const Finding& finding : judge(text, "x.yaml", actions::specs(), runbook::Profile::Ci)) {
      EXPECT_LE(finding.span.begin, finding.span.end) << text;
      EXPECT_LE(finding.span.end, std::string_view(text).size()) << text;
    }
  }
}

TEST(Diagnostics, KnowThePathOfAUri) {
  EXPECT_EQ(path_of("file:///a/b%20c%C3%A4.yaml"), "/a/b cä.yaml");
  EXPECT_EQ(path_of("file://host/a.yaml"), "/a.yaml");
  EXPECT_EQ(path_of("untitled:Untitled-1"), "untitled:Untitled-1");
  EXPECT_EQ(path_of("file:///50%"), "/50%");
  EXPECT_EQ(path_of("file:///%zz"), "/%zz");
}

}  // namespace
}  // namespace cfkops::lsp
