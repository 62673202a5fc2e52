#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// One key of the runbook format: what the parser accepts is what `explain` and the documentation
/// tell.
struct KeySpec {
  std::string_view where;  ///< "runbook" "param" "check" "guard" "window" "step" "attempts" "each"
                           ///< "rollback"
  std::string_view key;
  std::string_view type;  ///< for people: "string", "list of steps", "duration"
  bool required = false;
  std::string_view doc;
  std::string_view example;
};

/// Every key of the format, grouped by `where`, in the house order.
[[nodiscard]] std::span<const KeySpec> all_keys();

/// What a path of keys leads to: "step", "step.attempts", "step.attempts.every", "steps.expect".
struct KeyPath {
  const KeySpec* key = nullptr;  ///< the last one; nullptr where the path names a place alone
  std::string_view place;        ///< whose keys stand there: of "step.attempts" "attempts"; or ""
  std::string_view reached;      ///< as much of the path as there is
  bool found = false;            ///< that is all of it
  std::vector<std::string> next = {};  ///< what may stand behind `reached`
};

/// Follows a path through the table of keys. It begins with a place, or with a key of the runbook.
[[nodiscard]] KeyPath follow_keys(std::string_view path);

/// Help on "step", "step.attempts", "param.type", "step.attempts.every"; empty where there is no
/// such path.
[[nodiscard]] std::string explain_key(std::string_view path);

}  // namespace cfkops::runbook
