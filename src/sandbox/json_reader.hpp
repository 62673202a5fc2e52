#pragma once

#include "value.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// Values in deeper ones are refused: much sooner than by Go's decoder, for all that handles them
/// afterwards calls itself once for each level.
constexpr int kMostDepth = 500;

/// One JSON document as Go's decoder reads it: whole numbers without a point stay whole, of two
/// equal members the last counts, what is no UTF-8 is replaced. Names of members that come twice go
/// to `duplicates`: `duplicate field "data.a"`. The error is the decoder's: `unexpected end of JSON
/// input`.
[[nodiscard]] tl::expected<Value, std::string> read_json(std::string_view text,
                                                         std::vector<std::string>& duplicates);

}  // namespace cfkops::sandbox
