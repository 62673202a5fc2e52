#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cfkops::base {

/// Wide enough for every quantity in thousand-millionths.
__extension__ using Int128 = __int128;

/// An amount in Kubernetes' notation, "500m" or "10Gi": exact, at most 2^63 - 1, at least a
/// thousand-millionth. Quantities compare by amount, however they are written.
struct Quantity {
  Int128 nanos = 0;  ///< thousand-millionths
  std::string text;  ///< as it was written

  /// Reads Kubernetes' notation. As there, what is smaller than a thousand-millionth is rounded up
  /// and what is larger than 2^63 - 1 is that. Nothing where `text` is no quantity.
  [[nodiscard]] static std::optional<Quantity> parse(std::string_view text);

  /// The quantity of that amount in the shortest exact form, "2Gi" where `binary` and "1500m"
  /// otherwise. Nothing where it is larger than 2^63 - 1.
  [[nodiscard]] static std::optional<Quantity> of_nanos(Int128 nanos, bool binary);

  /// It is written with a suffix such as Gi.
  [[nodiscard]] bool binary() const { return text.ends_with('i'); }

  friend bool operator==(const Quantity& a, const Quantity& b) { return a.nanos == b.nanos; }

  friend auto operator<=>(const Quantity& a, const Quantity& b) { return a.nanos <=> b.nanos; }
};

}  // namespace cfkops::base
