#pragma once

#include "refusal.hpp"
#include "schema.hpp"

namespace cfkops::sandbox {

/// RFC 6902, in the words of the library that the API server uses (gopkg.in/evanphx/json-patch).
/// Refusals: 400 where it is no patch, 422 where it does not apply.
[[nodiscard]] Answer<Value> json_patch(const Value& object, const Value& patch);

/// RFC 7386.
[[nodiscard]] Value merge_patch(Value object, const Value& patch);

/// apimachinery pkg/util/strategicpatch, with its directives ($patch, $retainKeys,
/// $setElementOrder/…, $deleteFromPrimitiveList/…).
[[nodiscard]] Answer<Value> strategic_patch(const Schema& schema,
                                            const Value& object,
                                            const Value& patch);

}  // namespace cfkops::sandbox
