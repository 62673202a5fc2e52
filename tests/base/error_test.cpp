#include "cfkops/base/error.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/base/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cfkops::base {
namespace {

TEST(ErrorCode, EveryCodeHasItsOwnName) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(ErrorCode::Internal);
  for (int code = 0; code <= last; ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_EQ(to_string(ErrorCode::TooManyRequests), "TooManyRequests");
}

TEST(Error, TextPutsTheOutermostContextFirst) {
  const Error error =
      make_error(ErrorCode::NotFound, "pod kafka-1: missing").in("evict").in("step 'drain'");
  EXPECT_EQ(error.text(), "step 'drain' › evict › pod kafka-1: missing");
}

TEST(Error, TheFirstHintStays) {
  EXPECT_EQ(make_error(ErrorCode::Io, "x", "inner").with_hint("outer").hint, "inner");
  EXPECT_EQ(make_error(ErrorCode::Io, "x").with_hint("outer").hint, "outer");
}

TEST(Error, OutcomeIsUnknownWhereTheServerMayHaveActed) {
  const std::set<ErrorCode> unknown = {ErrorCode::ConnectionLost,
                                       ErrorCode::Timeout,
                                       ErrorCode::ServerError,
                                       ErrorCode::Protocol,
                                       ErrorCode::Cancelled};
  for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
    const auto tried = static_cast<ErrorCode>(code);
    EXPECT_EQ(make_error(tried, "x").outcome_unknown(), unknown.contains(tried))
        << to_string(tried);
  }
}

TEST(SourcePos, TextIsAsShortAsWhatIsKnown) {
  EXPECT_EQ((SourcePos{"a.yaml", 3, 7}.text()), "a.yaml:3:7");
  EXPECT_EQ((SourcePos{"a.yaml", 3, 0}.text()), "a.yaml:3");
  EXPECT_EQ((SourcePos{"a.yaml", 0, 0}.text()), "a.yaml");
}

Result<int> half(int number) {
  if (number % 2 != 0) {
    return make_error(ErrorCode::InvalidInput, "odd");
  }
  return number / 2;
}

Result<std::string> quarter(int number) {
  CFKOPS_ASSIGN(const int once, half(number));
  CFKOPS_TRY(half(once));
  return std::to_string(once / 2);
}

TEST(Result, TryAndAssignReturnTheFirstError) {
  EXPECT_EQ(quarter(8).value(), "2");
  EXPECT_EQ(quarter(6).error().message, "odd");
  EXPECT_EQ(quarter(5).error().code, ErrorCode::InvalidInput);
}

TEST(CheckDeathTest, NamesThePlaceAndTheRun) {
  const int two = 2;
  EXPECT_DEATH(
      {
        set_crash_context("run 20261123-0725-7f3a, journal j");
        CFKOPS_CHECK(two == 3);
      },
      "this is a bug: two == 3 does not hold at .*error_test.cpp:[0-9]+\n"
      "cfkops: run 20261123-0725-7f3a, journal j\n");
}

TEST(CheckDeathTest, CutsAContextThatIsTooLong) {
  EXPECT_DEATH(
      {
        set_crash_context(std::string(2000, 'x').c_str());
        check_failed("a", "b", 1);
      },
      "cfkops: x{511}\n");
}

}  // namespace
}  // namespace cfkops::base
