#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

#include <functional>

namespace cfkops::engine {

/// What the runbook of one `include` locks, with the names that it sees.
using LocksVisitor = std::function<Status(
    const runbook::Step& step, const runbook::Bindings& bindings, const runbook::Value& params)>;

/// Tells `visit` of each instance of each step that includes a runbook, with its parameters as far
/// as they are known when a run begins. What is sure to be skipped is left out. Errors: those of
/// `visit`.
[[nodiscard]] Status each_included_at_start(const runbook::Runbook& runbook,
                                            const runbook::Bindings& bindings,
                                            const LocksVisitor& visit);

}  // namespace cfkops::engine
