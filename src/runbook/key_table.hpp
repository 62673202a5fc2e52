#pragma once

#include "cfkops/runbook/help.hpp"
#include "cfkops/runbook/keys.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A place where keys stand.
struct KeyPlace {
  std::string_view where;
  std::string_view what;
  std::string_view base = {};  ///< another place whose keys stand here too
};

/// All places, in the order of the table of keys.
[[nodiscard]] std::span<const KeyPlace> all_places();

/// The place of that name, or nullptr.
[[nodiscard]] const KeyPlace* find_place(std::string_view where);

/// The place of the keys in the value of a key, or in its entries: "attempts" of a step's
/// `attempts`, "check" of its `expect`; "" where there is none.
[[nodiscard]] std::string_view place_below(const KeySpec& key);

/// Whether the key may be written in that place: a guard has those of a check as well.
[[nodiscard]] bool stands_in(const KeySpec& key, std::string_view where);

/// The keys of a place, in the house order.
[[nodiscard]] std::vector<std::string> key_names(std::string_view where);

/// The key that another tool, or a habit, calls `key` in such a place, or "".
[[nodiscard]] std::string_view renamed_key(std::string_view where, std::string_view key);

}  // namespace cfkops::runbook
