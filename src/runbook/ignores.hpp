#pragma once

#include "source_text.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/rule.hpp"

#include <set>
#include <vector>

namespace cfkops::runbook {

/// The lines that are text of a block scalar (| or >), where a # begins no comment.
[[nodiscard]] std::set<int> block_lines(const base::YamlNode& root, const SourceText& source);

/// Takes away the findings that a comment says to ignore, and adds what is wrong with those
/// comments: one that ignores nothing (CFK-I001), one without a reason or with a code that cannot
/// be ignored (CFK-I002). `profile` is the one that the findings are of.
void apply_ignores(std::vector<Diagnostic>& findings,
                   const base::YamlNode& root,
                   const SourceText& source,
                   Profile profile);

}  // namespace cfkops::runbook
