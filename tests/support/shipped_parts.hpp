#pragma once

#include "support/source_tree.hpp"
#include "support/temp_dir.hpp"

#include "cfkops/runbook/include.hpp"

#include <string>

namespace cfkops::test {

/// Finds the runbooks that shipped ones include, among the shipped ones.
inline runbook::IncludeResolver shipped_parts() {
  return [](const std::string& word, const std::string& /*from*/) -> Result<runbook::IncludedText> {
    const auto file = source_tree() / "runbooks" / (word + ".yaml");
    return runbook::IncludedText{.file = file.string(), .text = read_file(file)};
  };
}

}  // namespace cfkops::test
