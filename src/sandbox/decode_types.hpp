#pragma once

#include "schema.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// Brings decoded JSON into the types of a schema, as Go's decoder does: nulls go or become zeros,
/// quantities and times get their canonical form. What the schema does not know stays. The error is
/// the decoder's: `json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of
/// type string`.
[[nodiscard]] tl::expected<void, std::string> read_types(const Schema& schema, Value& value);

/// The same in the words of apimachinery's converter, which strategic merge patches go through:
/// `cannot restore slice from string`.
[[nodiscard]] tl::expected<void, std::string> restore_types(const Schema& schema, Value& value);

/// A time in the form in which metadata has it, in UTC, with six digits of a second or none.
[[nodiscard]] tl::expected<std::string, std::string> canonical_time(const std::string& text,
                                                                    bool micro);

}  // namespace cfkops::sandbox
