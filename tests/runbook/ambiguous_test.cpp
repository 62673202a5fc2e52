#include "ambiguous.hpp"

#include <gtest/gtest.h>

namespace cfkops::runbook {
namespace {

TEST(Ambiguity, SaysWhatToWriteInstead) {
  EXPECT_EQ(ambiguity("yes"), "write true, or \"yes\" in quotes for text");
  EXPECT_EQ(ambiguity("Off"), "write false, or \"Off\" in quotes for text");
  EXPECT_EQ(ambiguity("0640"),
            "write 0o640 or 416 for an octal number, 640 for a decimal one, or \"0640\" in quotes "
            "for text");
  EXPECT_EQ(ambiguity("-010"), "write -10, or \"-010\" in quotes for text");
  EXPECT_EQ(ambiguity("089"), "write 89, or \"089\" in quotes for text");
  EXPECT_EQ(ambiguity("000"),
            "write 0o0 or 0 for an octal number, 0 for a decimal one, or \"000\" in quotes for "
            "text");
}

TEST(Ambiguity, IsInNothingElse) {
  for (const char* text : {"",
                           "0",
                           "-0",
                           "10",
                           "0.5",
                           "0o640",
                           "0x10",
                           "true",
                           "null",
                           "yesterday",
                           "none",
                           "0a",
                           "00:30",
                           "-",
                           "+",
                           "-yes"}) {
    EXPECT_FALSE(ambiguity(text)) << text;
  }
  for (const char* text : {"yes",
                           "YES",
                           "No",
                           "on",
                           "oN",
                           "off",
                           "y",
                           "Y",
                           "n",
                           "N",
                           "00",
                           "+01",
                           "0000000000000000000000000777777777777777777777777777"}) {
    EXPECT_TRUE(ambiguity(text)) << text;
  }
}

}  // namespace
}  // namespace cfkops::runbook
