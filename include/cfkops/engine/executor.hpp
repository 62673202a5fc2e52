#pragma once

#include "cfkops/engine/action.hpp"
#include "cfkops/engine/approver.hpp"
#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/kube/client.hpp"

namespace cfkops::engine {

/// What a run is made of; borrowed, all outliving the call.
struct RunEnvironment {
  const Catalogue& catalogue;
  kube::Client& client;
  Journal& journal;
  Observer& observer;
  Approver& approver;
};

/// Carries a runbook out:
///
///  1. resolve the parameters, 2. evaluate all prerequisites (none may be other than a pass), 3.
///  plan, 4. ask the approver, 5. take the steps in order, 6. on failure undo the completed ones in
///  reverse order of completion,
///  7. validate.
///
/// Properties kept: no mutation before 1 to 4 have passed; an intent is on disk before its mutation
/// leaves; a stop is taken at safe points only; what is left is always said. Everything is
/// journalled, the verdict last. Never fails as such: whatever goes wrong is in the report.
[[nodiscard]] RunReport run(const RunRequest& request, const RunEnvironment& environment);

}  // namespace cfkops::engine
