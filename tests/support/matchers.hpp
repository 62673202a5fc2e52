#pragma once

#include "cfkops/base/error.hpp"
#include "cfkops/base/result.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

namespace cfkops::base {

// How GoogleTest shows them in a failure; found by argument-dependent lookup.

inline void PrintTo(const Error& error,
                    std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << to_string(error.code) << ": " << error.text();
}

template <class T>
void PrintTo(const Result<T>& result, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  if (!result) {
    PrintTo(result.error(), out);
  } else if constexpr (std::is_void_v<T>) {
    *out << "ok";
  } else {
    *out << "ok: " << testing::PrintToString(*result);
  }
}

}  // namespace cfkops::base

namespace cfkops::test {

/// Matches a Result that holds a value: EXPECT_THAT(load(file), IsOk()).
MATCHER(IsOk, negation ? "is an error" : "is ok") {
  static_cast<void>(result_listener);
  return arg.has_value();
}

/// Matches a Result whose value matches: EXPECT_THAT(parse("3"), IsOkAnd(Eq(3))).
MATCHER_P(IsOkAnd,
          inner,
          negation ? "is an error or another value" : "is ok with the value wanted") {
  return arg.has_value() && testing::ExplainMatchResult(inner, *arg, result_listener);
}

/// Matches a Result that holds an error with this code, whose text or hint holds the substring:
/// EXPECT_THAT(load(file), HasError(ErrorCode::InvalidInput, "unknown key 'stpes'")).
MATCHER_P2(HasError,
           code,
           substring,
           std::string(negation ? "is no error " : "is the error ") + std::string(to_string(code)) +
               " saying \"" + std::string(substring) + "\"") {
  static_cast<void>(result_listener);
  if (arg.has_value()) {
    return false;
  }
  const std::string text = arg.error().text() + "\n" + arg.error().hint;
  return arg.error().code == code && text.find(std::string_view(substring)) != std::string::npos;
}

/// The same with any text.
inline auto HasError(base::ErrorCode code) {  // NOLINT(readability-identifier-naming)
  return HasError(code, "");
}

}  // namespace cfkops::test
