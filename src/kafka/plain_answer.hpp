#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cfkops::kafka {

/// One bean of an answer to a pattern read.
struct PlainBean {
  std::string_view name;
  /// Of its attribute "Value"; nothing where that is missing or no whole number.
  std::optional<std::int64_t> value;
};

/// What an answer says, as views into it.
struct PlainAnswer {
  std::optional<std::int64_t> number;  ///< the value itself, where it is a whole number
  std::vector<PlainBean> beans;        ///< the members of the value, in the answer's order
};

/// Reads an answer in one pass, without making a tree of it: a gate reads megabytes of them. Only
/// what Jolokia writes every day is understood: status 200, a value that is an object or a whole
/// number, no escapes, no text beyond ASCII, no fractions. Nothing for all else, what is malformed
/// too: `jolokia_value` then says what there is. Two beans of one name are not noticed.
[[nodiscard]] std::optional<PlainAnswer> read_plain(std::string_view answer);

}  // namespace cfkops::kafka
