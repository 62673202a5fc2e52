#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/runbook/action_spec.hpp"

#include <span>

namespace cfkops::runbook {

/// The format as a JSON Schema, draft 2020-12, for editors: made from the table of keys and from
/// what these actions and checks declare. It refuses unknown keys, wrong types and arguments that
/// an action does not have; it says less than lint does, and never more.
[[nodiscard]] base::Json runbook_schema(std::span<const ActionSpec> specs);

}  // namespace cfkops::runbook
