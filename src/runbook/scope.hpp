#pragma once

#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// Whether what is added to a scope is there in every run.
enum class Presence { Always, Maybe };

/// What every expression of a runbook may use: `params`, `run`, and `steps` and `checks` without
/// members yet.
[[nodiscard]] Scope initial_scope(const Runbook& runbook);

/// Adds `root`.`id` with these outputs; with Maybe each of them may be missing.
void add_outputs(
    Scope& scope, std::string_view root, const std::string& id, Type outputs, Presence presence);

/// Marks all outputs of `steps` as maybe missing.
void doubt_steps(Scope& scope);

/// The scope where the member chains are known to be there.
[[nodiscard]] Scope narrowed(Scope scope, const std::vector<std::vector<std::string>>& chains);

}  // namespace cfkops::runbook
