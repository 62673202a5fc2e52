#pragma once

#include "sop.hpp"

#include "cfkops/authoring/import.hpp"

namespace cfkops::authoring {

/// The runbook of one section. `name` is free among the drafts.
[[nodiscard]] Draft build_draft(const Section& section,
                                const std::string& name,
                                const ImportOptions& options,
                                std::span<const runbook::ActionSpec> specs);

}  // namespace cfkops::authoring
