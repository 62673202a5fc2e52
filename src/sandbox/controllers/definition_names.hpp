#pragma once

#include "value.hpp"

#include <set>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// Names that definitions of one group hold.
struct TakenNames {
  std::set<std::string> resources;  ///< plurals, singulars and short names
  std::set<std::string> kinds;      ///< kinds and list kinds
};

/// The names that a definition's status accepts now, added to what is taken.
void take_names(const Value& definition, TakenNames& taken);

/// What the naming controller makes of one definition.
struct NamesVerdict {
  Shared accepted;     ///< status.acceptedNames
  std::string reason;  ///< of the condition NamesAccepted: "NoConflicts", "KindConflict", …
  std::string message;
  bool conflict = false;
};

/// Which of the names that it asks for it gets: those that nobody else has.
[[nodiscard]] NamesVerdict judge_names(const Value& definition, const TakenNames& taken);

/// Whether the status accepts exactly what the spec asks for.
[[nodiscard]] bool has_all_names(const Value& definition);

/// The condition of that type, or nullptr.
[[nodiscard]] const Value* find_condition(const Value& definition, std::string_view type);

/// Sets a condition; its transition time stays where its status does.
void set_condition(Value& definition, Value condition, const std::string& now);

}  // namespace cfkops::sandbox
