#include "cfkops/engine/plan.hpp"

#include "planner.hpp"

#include <algorithm>

namespace cfkops::engine {

bool Plan::blocked() const {
  const auto refused = [](const PlannedStep& step) {
    return std::any_of(step.plan.changes.begin(),
                       step.plan.changes.end(),
                       [](const PlannedChange& change) { return change.refused; });
  };
  return !all_pass(prerequisites) || std::any_of(steps.begin(), steps.end(), refused);
}

Result<Plan> make_plan(const RunRequest& request,
                       const Catalogue& catalogue,
                       kube::Reader& reader,
                       Observer& observer) {
  set_scope(reader, request.run_id, "resolve");
  CFKOPS_ASSIGN(const runbook::ValueMap params, resolve_params(request, catalogue, reader));
  for (const auto& [name, value] : params) {
    observer.on_parameter(name, value);
  }
  return Planner(request, catalogue, reader, observer, nullptr).make(params);
}

}  // namespace cfkops::engine
