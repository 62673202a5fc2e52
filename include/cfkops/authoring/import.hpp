#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::authoring {

/// How a written procedure is turned into runbooks.
struct ImportOptions {
  std::string file;     ///< the name that comments and errors call it by
  std::string section;  ///< only this one: its number or title, else a part of it; "": all
  std::string owner;    ///< who answers for the runbooks; "": a place to fill
};

/// A runbook as it was drafted from one section.
struct Draft {
  std::string name;        ///< of the runbook, unique among the drafts
  std::string title;       ///< of the section
  int line = 0;            ///< of its heading
  std::string text;        ///< the runbook, whole
  std::size_t typed = 0;   ///< steps and checks that cfkops carries out itself
  std::size_t tasks = 0;   ///< steps that are left to a person
  std::size_t blanks = 0;  ///< places marked TODO(fill)
};

/// Drafts one runbook for each section of a Markdown file that has a procedure (docs/import.md), in
/// their order. Commands that an action or check of `specs` stands for become typed steps, all else
/// a task for a person. The same text gives the same drafts, to the byte. Pure. Errors:
/// InvalidInput for what is no text, too large, has no such sections, or not the one that is asked
/// for.
[[nodiscard]] Result<std::vector<Draft>> import_sop(std::string_view markdown,
                                                    const ImportOptions& options,
                                                    std::span<const runbook::ActionSpec> specs);

}  // namespace cfkops::authoring
