#pragma once

#include "kind.hpp"
#include "refusal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// What `fieldValidation` asks for.
enum class FieldValidation { Ignore, Warn, Strict };

/// What a strict decoder objects to: `unknown field "spec.foo"`, `duplicate field "data.a"`.
using StrictErrors = std::vector<std::string>;

/// JSON or YAML bytes as one value, with the duplicates found on the way. `content_type` as sent;
/// "" counts as JSON. Refusals: 400 with the decoder's words, 415 for other types.
[[nodiscard]] Answer<Value> decode_body(std::string_view body,
                                        std::string_view content_type,
                                        StrictErrors& strict);

/// Makes it an object of this kind: checks apiVersion and kind against it (filled in where they are
/// missing), the JSON type of each field against the schema, in the words of Go's decoder, and
/// drops unknown fields, which go to `strict`. Quantities and times are brought into their
/// canonical form.
[[nodiscard]] Answer<void> decode_object(const Kind& kind, Value& object, StrictErrors& strict);

/// Refuses with 400 where `strict` is not empty and `validation` is Strict; adds warnings for Warn.
[[nodiscard]] Answer<void> judge_strict(const StrictErrors& strict,
                                        FieldValidation validation,
                                        std::vector<std::string>& warnings);

/// "1500m" to "1500m", "1024Mi" to "1Gi": the form in which a quantity is kept
/// (apimachinery pkg/api/resource). Refused: what is none, with the parser's words.
[[nodiscard]] Answer<std::string> canonical_quantity(std::string_view text);

/// A quantity in thousandths, saturated; 0 for what is none.
[[nodiscard]] std::int64_t quantity_milli(std::string_view text);

}  // namespace cfkops::sandbox
