#include "cfkops/runbook/semver.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cfkops::runbook {
namespace {

TEST(Semver, ReadsWhatItWrites) {
  for (const char* text :
       {"0.0.0", "1.2.3", "1.2.3-alpha", "1.2.3-rc.1+build.5", "1.2.3+001", "1.2.3--"}) {
    const auto version = Semver::parse(text);
    ASSERT_TRUE(version) << text;
    EXPECT_EQ(version->text(), text);
  }
}

TEST(Semver, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "1",
                           "1.2",
                           "1.2.3.4",
                           "v1.2.3",
                           "01.2.3",
                           "1.02.3",
                           "1.2.3-",
                           "1.2.3-a..b",
                           "1.2.3-01",
                           "1.2.3+",
                           "1.2.3+a_b",
                           "1.2.x",
                           "-1.2.3",
                           "1.2.18446744073709551616"}) {
    EXPECT_FALSE(Semver::parse(text)) << text;
  }
}

TEST(Semver, ReadsLooselyWhatPeopleWrite) {
  const auto loosely = [](const char* text) {
    const auto version = Semver::parse_loosely(text);
    return version ? version->text() : "none";
  };
  EXPECT_EQ(loosely("v1"), "1.0.0");
  EXPECT_EQ(loosely("1.2"), "1.2.0");
  EXPECT_EQ(loosely("v01.02.00-rc.1+b"), "1.2.0-rc.1+b");
  EXPECT_EQ(loosely("1.2.3.4"), "none");
  EXPECT_EQ(loosely("v"), "none");
  EXPECT_EQ(loosely("1..3"), "none");
}

/// The order of semver.org, 11.4.
TEST(Semver, OrdersByPrecedence) {
  const std::vector<std::string> ordered = {"1.0.0-alpha",
                                            "1.0.0-alpha.1",
                                            "1.0.0-alpha.beta",
                                            "1.0.0-beta",
                                            "1.0.0-beta.2",
                                            "1.0.0-beta.11",
                                            "1.0.0-rc.1",
                                            "1.0.0",
                                            "1.0.10",
                                            "1.10.0",
                                            "2.0.0"};
  for (std::size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_TRUE(
        std::is_lt(Semver::parse(ordered[i - 1]).value() <=> Semver::parse(ordered[i]).value()))
        << ordered[i];
  }
  EXPECT_TRUE(Semver::parse("1.0.0+a").value() == Semver::parse("1.0.0+b").value());
}

}  // namespace
}  // namespace cfkops::runbook
