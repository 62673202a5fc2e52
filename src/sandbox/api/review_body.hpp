#pragma once

#include "api/exchange.hpp"

namespace cfkops::sandbox {

/// The object that a review is posted with. Refused: 400, 415.
[[nodiscard]] Answer<Value> read_review(Exchange& exchange);

}  // namespace cfkops::sandbox
