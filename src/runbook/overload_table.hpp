#pragma once

#include "cfkops/runbook/type.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace cfkops::runbook {

/// One set of argument types that a function takes.
struct Overload {
  static constexpr std::size_t kMostParameters = 4;

  std::string_view name;
  std::array<Type::Kind, kMostParameters> parameters;  ///< Any takes everything
  std::size_t count;
  Type::Kind result;  ///< List: of strings
};

/// Of all functions whose types a table can tell, sorted by name.
[[nodiscard]] std::span<const Overload> all_overloads();

}  // namespace cfkops::runbook
