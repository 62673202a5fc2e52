#pragma once

#include "refusal.hpp"
#include "schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What a patch may be written as, beside apply.
enum class PatchForm { Json, Merge, Strategic };

/// The body of a patch: a list of operations, or an object. What a strict decoder objects to goes
/// to `strict`: `duplicate field "data.a"`, `json patch unknown field "[0].paht"`. Refusals: 400 in
/// the decoder's words.
[[nodiscard]] Answer<Value> decode_patch(std::string_view body,
                                         PatchForm form,
                                         std::vector<std::string>& strict);

/// RFC 6902, as the library does it that the API server uses (gopkg.in/evanphx/json-patch), for a
/// decoded patch. Refusals: 422 where it does not apply.
[[nodiscard]] Answer<Value> json_patch(const Value& object, const Value& patch);

/// RFC 7386.
[[nodiscard]] Value merge_patch(Value object, const Value& patch);

/// apimachinery pkg/util/strategicpatch, with its directives ($patch, $retainKeys,
/// $setElementOrder/…, $deleteFromPrimitiveList/…). Refusals: 500 where a directive or an element
/// is wrong.
[[nodiscard]] Answer<Value> strategic_patch(const Schema& schema,
                                            const Value& object,
                                            const Value& patch);

}  // namespace cfkops::sandbox
