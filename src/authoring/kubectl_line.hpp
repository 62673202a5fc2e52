#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::authoring {

/// A command line of kubectl, taken apart.
struct KubectlLine {
  std::string verb;                ///< "get"; of those with a second word both: "rollout restart"
  std::vector<std::string> names;  ///< what else is no flag, before "--"
  std::map<std::string, std::string> flags;  ///< by their long names; "true" where none has a value
  std::vector<std::string> program;          ///< what stands behind "--"

  [[nodiscard]] bool has(const std::string& flag) const { return flags.contains(flag); }

  /// The value of the flag, or "".
  [[nodiscard]] std::string flag(const std::string& name) const;

  /// A flag that is not among these, "" where all are.
  [[nodiscard]] std::string other_flag(std::initializer_list<std::string_view> known) const;

  /// Kind and name of the one object it is about, "pod/x" or "pod x"; nothing where it is about
  /// none or several.
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> object() const;
};

/// Takes the words of a command apart, of which the first is kubectl or oc.
[[nodiscard]] KubectlLine read_kubectl(const std::vector<std::string>& words);

/// "; did you mean 'logs'?" of a verb that kubectl does not have, "" of one that it has.
[[nodiscard]] std::optional<std::string> unknown_verb(const KubectlLine& line);

}  // namespace cfkops::authoring
