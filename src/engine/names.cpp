#include "names.hpp"

#include "cfkops/runbook/include.hpp"

#include <utility>

namespace cfkops::engine {

std::string base_of(const std::string& instance) {
  return instance.substr(0, instance.find('['));
}

Names::Names(const RunRequest& request, const runbook::ValueMap& params, WallTime now) {
  bindings_.emplace("params", runbook::Value(params));
  bindings_.emplace("run",
                    runbook::Value(runbook::ValueMap{{"id", runbook::Value(request.run_id)},
                                                     {"namespace", runbook::Value(request.ns)},
                                                     {"started", runbook::Value(now)}}));
  declare(request.runbook->steps);
  declare(request.runbook->rollback);
  declare(request.runbook->prerequisites);
  declare(request.runbook->validation);
  bindings_.insert_or_assign("steps", runbook::Value(steps_));
  bindings_.insert_or_assign("checks", runbook::Value(checks_));
}

void Names::declare(const std::vector<runbook::CheckEntry>& checks) {
  for (const runbook::CheckEntry& check : checks) {
    checks_.emplace(check.id, runbook::Value(runbook::ValueMap()));
  }
}

void Names::declare(const std::vector<runbook::Step>& steps) {
  for (const runbook::Step& step : steps) {
    steps_.emplace(step.id, runbook::Value(runbook::ValueMap()));
    declare(step.expect);
    declare(step.steps);
    declare(step.rollback);
    if (step.included != nullptr) {
      const runbook::Runbook& inside = step.included->runbook;
      declare(inside.prerequisites);
      declare(inside.validation);
      declare(inside.rollback);
    }
  }
}

void Names::set_outputs(const std::string& step, const runbook::ValueMap& outputs) {
  steps_.insert_or_assign(step, runbook::Value(outputs));
  bindings_.insert_or_assign("steps", runbook::Value(steps_));
}

void Names::set_check(const std::string& check, const runbook::ValueMap& outputs) {
  checks_.insert_or_assign(check, runbook::Value(outputs));
  bindings_.insert_or_assign("checks", runbook::Value(checks_));
}

runbook::ValueMap Names::check(const std::string& id) const {
  const auto found = checks_.find(id);
  const runbook::ValueMap* outputs = found == checks_.end() ? nullptr : found->second.map();
  return outputs == nullptr ? runbook::ValueMap() : *outputs;
}

std::optional<runbook::Value> Names::bind(const std::string& name, runbook::Value value) {
  std::optional<runbook::Value> before;
  if (const auto found = bindings_.find(name); found != bindings_.end()) {
    before = found->second;
  }
  bindings_.insert_or_assign(name, std::move(value));
  return before;
}

void Names::restore(const std::string& name, std::optional<runbook::Value> before) {
  if (before) {
    bindings_.insert_or_assign(name, *std::move(before));
  } else {
    bindings_.erase(name);
  }
}

}  // namespace cfkops::engine
