#include "warning_header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WarningTexts, ResolvesEscapes) {
  EXPECT_THAT(warning_texts(R"(299 - "unknown field \"spec.x\"")"),
              ElementsAre("unknown field \"spec.x\""));
}

TEST(WarningTexts, TakesSeveralFromOneHeaderAndSkipsDates) {
  EXPECT_THAT(
      warning_texts(R"(299 - "one" "Wed, 21 Oct 2026 07:28:00 GMT", 299 kube "two",299 - "three")"),
      ElementsAre("one", "two", "three"));
}

TEST(WarningTexts, LeavesOtherCodesOut) {
  EXPECT_THAT(warning_texts(R"(110 - "stale", 299 - "kept")"), ElementsAre("kept"));
}

TEST(WarningTexts, StopsAtWhatDoesNotParse) {
  for (const char* header :
       {"", " ", "299", "299 -", "299 - text", R"(299 - "no end)", R"(299 - "\)", ",,,"}) {
    EXPECT_THAT(warning_texts(header), IsEmpty()) << header;
  }
}

TEST(WarningTexts, CannotDriveATerminal) {
  EXPECT_THAT(warning_texts("299 - \"a\x1b[31mb\""), ElementsAre("ab"));
}

}  // namespace
}  // namespace cfkops::kube
