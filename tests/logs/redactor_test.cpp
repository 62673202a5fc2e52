#include "cfkops/logs/redactor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cfkops::logs {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Redactor, TakesOutEveryFormAndLeavesTheRest) {
  std::set<std::string> forms;
  for (const RedactionSample& sample : test_redaction()) {
    EXPECT_TRUE(sample.good) << sample.kind << "\n" << sample.line << "\n" << sample.after;
    if (!sample.secret.empty()) {
      forms.insert(sample.kind);
    }
  }
  EXPECT_GE(forms.size(), 20U);
}

TEST(Redactor, KeepsWhatStandsAround) {
  Redactor redactor("salt");
  EXPECT_THAT(
      redactor.text(R"({"user":"app","password":"p4ss","port":9092})"),
      testing::MatchesRegex(
          R"(\{"user":"app","password":"\[redacted password [0-9a-f]{6}\]","port":9092\})"));
  EXPECT_EQ(redactor.counts().at("password"), 1U);
}

TEST(Redactor, SameSecretHasTheSameDigitsUnderOneSalt) {
  Redactor redactor("salt");
  const std::string first = redactor.text("password=abc");
  EXPECT_EQ(redactor.text("password=abc"), first);
  EXPECT_NE(redactor.text("password=abd"), first);
  EXPECT_NE(Redactor("other").text("password=abc"), first);
}

TEST(Redactor, FollowsAPrivateKeyThroughItsLines) {
  Redactor redactor("salt");
  std::string out;
  for (const char* line : {"a",
                           "-----BEGIN EC PRIVATE KEY-----",
                           "MHcCAQEEI",
                           "xyz==",
                           "-----END EC PRIVATE KEY----- b",
                           "c"}) {
    redactor.add_line(line, out);
    out += "\n";
  }
  EXPECT_THAT(out, Not(HasSubstr("MHcCAQEEI")));
  EXPECT_THAT(out, Not(HasSubstr("xyz==")));
  EXPECT_THAT(out, HasSubstr("a\n"));
  EXPECT_THAT(out, HasSubstr(" b\nc\n"));
}

TEST(Redactor, PrivateKeyWithoutItsEndIsNotFollowedForEver) {
  Redactor redactor("salt");
  std::string out;
  redactor.add_line("-----BEGIN PRIVATE KEY-----", out);
  for (int line = 0; line < 300; ++line) {
    redactor.add_line("ordinary", out);
  }
  EXPECT_THAT(out, HasSubstr("ordinary"));
}

TEST(Redactor, FollowsAPrivateKeyThatIsTheValueOfAKey) {
  Redactor redactor("salt");
  const std::string text = redactor.text(
      "private_key: -----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\nnext");
  EXPECT_THAT(text, Not(HasSubstr("MIIabc")));
  EXPECT_THAT(text, HasSubstr("\nnext"));
}

TEST(Redactor, WhatIsBehindAPrivateKeyIsLookedAtToo) {
  Redactor redactor("salt");
  const std::string text = redactor.text(
      "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY----- with token=abc123 end");
  EXPECT_THAT(text, Not(HasSubstr("abc123")));
  EXPECT_THAT(text, HasSubstr(" end"));
}

TEST(Redactor, TwoSecretsInALine) {
  Redactor redactor("salt");
  const std::string text = redactor.text("user_a=\"one11\" user_b=\"two22\" token=three33 end");
  EXPECT_THAT(text, Not(HasSubstr("one11")));
  EXPECT_THAT(text, Not(HasSubstr("two22")));
  EXPECT_THAT(text, Not(HasSubstr("three33")));
  EXPECT_THAT(text, HasSubstr(" end"));
}

}  // namespace
}  // namespace cfkops::logs
