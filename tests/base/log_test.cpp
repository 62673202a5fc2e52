#include "cfkops/base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cfkops::base {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// The log is the process's and cannot be switched off again, so one test looks at its whole life.
TEST(Log, IsSilentUntilEnabledAndThenKeepsToTheLevel) {
  testing::internal::CaptureStderr();
  log(LogLevel::Error, "too early");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");

  enable_log(LogLevel::Info);
  testing::internal::CaptureStderr();
  log(LogLevel::Debug, "too fine");
  log(LogLevel::Info, "request {} abc \x1b[31mred\nline");
  std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, MatchesRegex("[0-9-]+T[0-9:]+\\.[0-9]+Z info request \\{\\} abc red line\n"));

  enable_log(LogLevel::Warning);
  testing::internal::CaptureStderr();
  log(LogLevel::Info, "too fine");
  log(LogLevel::Warning, "a warning");
  log(LogLevel::Error, "an error");
  text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, Not(HasSubstr("too fine")));
  EXPECT_THAT(text, HasSubstr(" warning a warning\n"));
  EXPECT_THAT(text, HasSubstr(" error an error\n"));
}

}  // namespace
}  // namespace cfkops::base
