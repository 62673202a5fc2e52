#include "programs.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::sandbox {
namespace {

TEST(Programs, TellWhoListens) {
  Programs programs;
  programs.changed("a", "nobody");
  std::string told;
  programs.listen([&](const std::string& ns, const std::string& pod) { told = ns + "/" + pod; });
  programs.changed("a", "p");
  EXPECT_EQ(told, "a/p");
}

}  // namespace
}  // namespace cfkops::sandbox
