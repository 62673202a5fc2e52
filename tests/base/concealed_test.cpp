#include "cfkops/base/concealed.hpp"

#include <gtest/gtest.h>

namespace cfkops::base {
namespace {

Concealed hiding(const char* secret) {
  Concealed concealed;
  concealed.add(Redacted(secret));
  return concealed;
}

TEST(Concealed, HidesASecretWhereverItStands) {
  EXPECT_EQ(hiding("hunter22").in("is hunter22, hunter22hunter22"), "is ***, ******");
}

TEST(Concealed, HidesItsBase64FormToo) {
  EXPECT_EQ(hiding("hunter22").in("data aHVudGVyMjI= there"), "data *** there");
}

TEST(Concealed, HidesItInEveryStringOfADocument) {
  const Json clean =
      hiding("hunter22").in(*Json::parse(R"({"a":["x hunter22",{"b":"aHVudGVyMjI="}],"n":1})"));
  EXPECT_EQ(clean.dump(), R"({"a":["x ***",{"b":"***"}],"n":1})");
}

TEST(Concealed, LeavesAloneWhatWouldTurnUpAnywhere) {
  EXPECT_EQ(hiding("abc").in("abcdef"), "abcdef");
}

}  // namespace
}  // namespace cfkops::base
