#pragma once

#include "cfkops/runbook/type.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::runbook {

inline constexpr std::string_view kAmbiguous = "CFK-Y003";

/// A plain scalar that YAML 1.1 and YAML 1.2 read differently: `yes`, `no`, `on`, `off`, `y` and
/// `n` of any case, and a number with a leading zero. Nothing where `text` is none, otherwise what
/// to write instead.
[[nodiscard]] std::optional<std::string> ambiguity(std::string_view text);

/// Whether what has this type is written as text, so that nothing in it is ambiguous.
[[nodiscard]] bool is_text(const Type& type);

}  // namespace cfkops::runbook
