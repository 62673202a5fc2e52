#pragma once

#include "api/exchange.hpp"

namespace cfkops::sandbox {

/// The object that a review is posted with, from JSON, YAML or, for the reviews of oneself, from
/// the protobuf that kubectl sends. Refused: 400, 415.
[[nodiscard]] Answer<Value> read_review(Exchange& exchange);

}  // namespace cfkops::sandbox
