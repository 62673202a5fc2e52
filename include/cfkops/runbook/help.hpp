#pragma once

#include "cfkops/runbook/keys.hpp"
#include "cfkops/runbook/type.hpp"

#include <string>
#include <string_view>
#include <vector>

// What an editor tells about the format while somebody writes: from the same tables that judge it.
namespace cfkops::runbook {

/// The keys that may be written in a place of the table of keys, in the house order; a guard has
/// those of a check as well. Empty where there is no such place.
[[nodiscard]] std::vector<const KeySpec*> keys_in(std::string_view where);

/// The key of that place and name, or nullptr.
[[nodiscard]] const KeySpec* find_key(std::string_view where, std::string_view key);

/// A function or macro of the expression language.
struct FunctionHelp {
  std::string_view name;
  std::string_view signature;  ///< "text.contains(part) → bool"
  bool global = false;         ///< written `name(a)`
  bool method = false;         ///< written `a.name(b)`
};

/// All of them, by name, the macros behind the functions.
[[nodiscard]] std::vector<FunctionHelp> all_function_help();

/// What `run` is in an expression: an object.
[[nodiscard]] Type run_type();

/// The members that a reference to a live object has in an expression.
[[nodiscard]] std::vector<std::string> reference_members();

}  // namespace cfkops::runbook
