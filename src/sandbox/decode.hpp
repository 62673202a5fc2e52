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

/// What the body of a request is to be.
struct Target {
  std::string api_version;
  std::string kind;
  const Schema* schema = nullptr;  ///< nullptr where anything goes
  bool is_defined = false;         ///< a definition brought it: no types are judged but metadata's
};

[[nodiscard]] Target target_of(const Kind& kind);

/// One of the built-in types: `built_in_target("autoscaling/v1", "Scale")`.
[[nodiscard]] Target built_in_target(std::string_view api_version, std::string_view kind);

/// The body of a create or update as an object of the target: what the next two functions do.
/// `content_type` as sent. Refusals: 400 in the words of the API server, 415.
[[nodiscard]] Answer<Value> decode_request(const Target& target,
                                           std::string_view body,
                                           std::string_view content_type,
                                           StrictErrors& strict);

/// JSON or YAML bytes as one object, with the duplicates found on the way. `content_type` as sent;
/// "" counts as JSON. `kind` is what the message of a refusal names; without it that is the
/// decoder's alone. Refusals: 400 with the decoder's words, 415 for other types.
[[nodiscard]] Answer<Value> decode_body(std::string_view body,
                                        std::string_view content_type,
                                        StrictErrors& strict,
                                        std::string_view kind = {});

/// Makes it an object of this kind: checks apiVersion and kind against it (filled in where they are
/// missing), the JSON type of each field against the schema, in the words of Go's decoder, and
/// drops unknown fields, which go to `strict`. Quantities and times are brought into their
/// canonical form. `body` is quoted where a defined kind is not named in it.
[[nodiscard]] Answer<void> decode_object(const Target& target,
                                         Value& object,
                                         StrictErrors& strict,
                                         std::string_view body = {});
[[nodiscard]] Answer<void> decode_object(const Kind& kind, Value& object, StrictErrors& strict);

/// What a JSON or merge patch made, or a strategic one: the same, but for types alone and with
/// nothing but the decoder's words as the message of a refusal: 422 of the patch.
[[nodiscard]] Answer<void> decode_patched(const Target& target,
                                          Value& object,
                                          StrictErrors& strict,
                                          bool strategic);

/// The body of a delete, "" for none. Refusals have the decoder's words alone: 500.
[[nodiscard]] Answer<Value> decode_delete_options(std::string_view body,
                                                  std::string_view content_type);

/// Refuses with 400 where `strict` is not empty and `validation` is Strict; adds warnings for Warn.
/// `kind` and `version` are the object's, which the message of a create or update names; without
/// them it is the decoder's alone.
[[nodiscard]] Answer<void> judge_strict(const StrictErrors& strict,
                                        FieldValidation validation,
                                        std::vector<std::string>& warnings,
                                        std::string_view kind = {},
                                        std::string_view version = {});

/// "1500m" to "1500m", "1024Mi" to "1Gi": the form in which a quantity is kept
/// (apimachinery pkg/api/resource). Refused: what is none, with the parser's words.
[[nodiscard]] Answer<std::string> canonical_quantity(std::string_view text);

/// A quantity in thousandths, saturated; 0 for what is none.
[[nodiscard]] std::int64_t quantity_milli(std::string_view text);

}  // namespace cfkops::sandbox
