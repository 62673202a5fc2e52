#include "cfkops/base/markdown.hpp"

#include <gtest/gtest.h>

namespace cfkops::base {
namespace {

TEST(Markdown, NothingEndsACellAndNoMarkupStartsInIt) {
  EXPECT_EQ(markdown_text("<b>|a_b|*[x]`\\"), "\\<b>\\|a\\_b\\|\\*\\[x]\\`\\\\");
  EXPECT_EQ(markdown_text("one\ntwo\x1b[2J"), "one two");
}

TEST(Markdown, CodeMayHaveBackticksInIt) {
  EXPECT_EQ(markdown_code("a || b"), "`a || b`");
  EXPECT_EQ(markdown_code("see `x`"), "`` see `x` ``");
  EXPECT_EQ(markdown_code("``x`"), "``` ``x` ```");
}

}  // namespace
}  // namespace cfkops::base
