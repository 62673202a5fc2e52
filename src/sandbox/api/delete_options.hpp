#pragma once

#include "api/exchange.hpp"

namespace cfkops::sandbox {

/// The options of a delete from its body or, where that is empty, from the query; null for none.
/// Refused: 400, 415 and 500 for what cannot be read, 422 for what makes no sense.
[[nodiscard]] Answer<Value> read_delete_options(const Exchange& exchange);

/// The checks alone, for options that came otherwise. Refused: 422.
[[nodiscard]] Answer<void> check_delete_options(const Value& options);

/// Whether they want nothing to happen.
[[nodiscard]] bool is_dry_delete(const Value& options);

}  // namespace cfkops::sandbox
