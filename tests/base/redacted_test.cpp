#include "cfkops/base/redacted.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace cfkops::base {
namespace {

TEST(Redacted, RevealsOnlyWhenAsked) {
  const Redacted secret("hunter2");
  EXPECT_EQ(secret.reveal(), "hunter2");
  EXPECT_STREQ(Redacted::text(), "***");
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Redacted().empty());
}

TEST(Redacted, CopiesAndMovesKeepTheSecret) {
  for (const std::string& text : {std::string("short"), std::string(100, 'x')}) {
    Redacted first(text);
    Redacted copy(first);
    Redacted assigned;
    assigned = copy;
    EXPECT_EQ(assigned, first);
    Redacted moved(std::move(copy));
    EXPECT_EQ(moved.reveal(), text);
    first = std::move(moved);
    EXPECT_EQ(first.reveal(), text);
    const Redacted& itself = first;
    first = itself;
    EXPECT_EQ(first.reveal(), text);
  }
}

TEST(Redacted, AMovedFromSecretIsGone) {
  Redacted secret("short");  // short strings are copied, not moved
  const Redacted taken(std::move(secret));
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): that is the point
}

}  // namespace
}  // namespace cfkops::base
