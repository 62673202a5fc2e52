#pragma once

#include "cfkops/base/error.hpp"

#include <tl/expected.hpp>

#include <type_traits>
#include <utility>

namespace cfkops::base {

template <class T>
class Result;

template <class T>
concept Void = std::is_void_v<T>;

/// What a Result<T> may be made of, besides an Error.
template <class U, class T>
concept ValueOf = !std::is_same_v<std::remove_cvref_t<U>, Result<T>> && !std::is_void_v<T> &&
                  !std::is_convertible_v<U&&, Error> && std::is_convertible_v<U&&, T>;

/// A value or the `Error` that stands in its place; there is no third state. Dropping one is a
/// warning (bare tl::expected may be dropped silently on our compilers, hence this class).
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using Base = tl::expected<T, Error>;

  template <Void U = T>
  // NOLINTNEXTLINE(modernize-use-equals-default): a constrained one cannot be defaulted
  Result() {}

  // Implicit on purpose: `return value;` and `return make_error(…);` are how functions end.
  // NOLINTBEGIN(google-explicit-constructor)
  template <ValueOf<T> U>
  Result(U&& value)
      : Base(tl::in_place, std::forward<U>(value)) {}

  Result(Error error)
      : Base(tl::unexpect, std::move(error)) {}

  // NOLINTEND(google-explicit-constructor)
};

/// Success without a value.
using Status = Result<void>;

}  // namespace cfkops::base

namespace cfkops {
using base::Result;
using base::Status;
}  // namespace cfkops

#define CFKOPS_CONCAT_INNER(a, b) a##b
#define CFKOPS_CONCAT(a, b) CFKOPS_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the enclosing function, if it has one.
#define CFKOPS_TRY(expression)                     \
  do {                                             \
    auto cfkops_try_result = (expression);         \
    if (!cfkops_try_result) {                      \
      return std::move(cfkops_try_result).error(); \
    }                                              \
  } while (false)

/// `CFKOPS_ASSIGN(auto x, f());` declares x with the value of f(), or returns its error.
#define CFKOPS_ASSIGN(declaration, expression) \
  CFKOPS_ASSIGN_INNER(CFKOPS_CONCAT(cfkops_result_, __LINE__), declaration, expression)
#define CFKOPS_ASSIGN_INNER(name, declaration, expression) \
  auto name = (expression);                                \
  if (!name) {                                             \
    return std::move(name).error();                        \
  }                                                        \
  declaration = *std::move(name)
