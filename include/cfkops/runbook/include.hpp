#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/runbook/model.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// How many runbooks may stand inside one another below the outermost one, how many there may be in
/// all, each counted as often as it is included, and how many bytes their texts may have together.
inline constexpr std::size_t kMostIncludeDepth = 8;
inline constexpr std::size_t kMostIncludes = 40;
inline constexpr std::size_t kMostIncludedBytes = std::size_t{1} << 20U;

/// A runbook that a step includes. All names in it are those of the runbook that includes it: its
/// parameters are what is bound to `binding`, and the ids of its steps and checks begin with that
/// of the step (`Expression::included_by`). Its steps are those of the group that the step has
/// become.
struct Included {
  std::string word;     ///< as written: "broker-restart", "./part.yaml"
  std::string from;     ///< the file in which that is written
  std::string binding;  ///< what its parameters are bound to: "restart/params"
  Runbook runbook;      ///< without its steps
};

/// A text that `include` means.
struct IncludedText {
  std::string file;  ///< for messages and paths relative to it
  std::string text;
  bool on_disk = true;  ///< it is that file's, and not one of the program's own
};

/// Finds what stands under `include` in the runbook of the file `from`. Errors: those of looking
/// for it.
using IncludeResolver =
    std::function<Result<IncludedText>(const std::string& word, const std::string& from)>;

/// A path to a runbook, and not its name: it has a slash, or ends in .yaml or .yml.
[[nodiscard]] bool is_include_path(std::string_view word);

/// Tells `visit` of each step that includes a runbook, in file order, those in groups, in rollbacks
/// and in what is included behind the one that they are in.
void each_include(const Runbook& runbook, const std::function<void(const Step& step)>& visit);

/// The same of steps.
void each_include(const std::vector<Step>& steps,
                  const std::function<void(const Step& step)>& visit);

/// Whether it includes any.
[[nodiscard]] bool has_includes(const Runbook& runbook);

/// A runbook that was included, as its file was.
struct IncludedCopy {
  std::string word;
  std::string from;
  std::string file;
  std::string name;
  std::string sha256;  ///< as of `Runbook::sha256`
  std::string text;
};

/// All that a runbook includes, each word of each file once.
[[nodiscard]] std::vector<IncludedCopy> copies_of(const Runbook& runbook);

/// Finds included runbooks among copies alone, whatever their files have become.
[[nodiscard]] IncludeResolver resolver_of(std::vector<IncludedCopy> copies);

/// A list of records, for a file.
[[nodiscard]] base::Json to_json(const std::vector<IncludedCopy>& copies);

/// Reads it. Errors: InvalidInput.
[[nodiscard]] Result<std::vector<IncludedCopy>> copies_from(const base::Json& list);

}  // namespace cfkops::runbook
