#include "names.hpp"

#include "cfkops/runbook/include.hpp"

#include <utility>

namespace cfkops::engine {

namespace {

/// What that instance gave; of one that is itself repeated in it, what the last element gave;
/// nothing where there is none.
runbook::Value last_of(const std::map<std::string, runbook::Value>& values,
                       const std::string& instance) {
  if (const auto own = values.find(instance); own != values.end()) {
    return own->second;
  }
  const std::string inner = instance + "[";
  auto last = values.end();
  for (auto one = values.lower_bound(inner); one != values.end() && one->first.starts_with(inner);
       ++one) {
    // "[10]" is behind "[9]", but not in the order of texts.
    if (last == values.end() || one->first.size() >= last->first.size()) {
      last = one;
    }
  }
  return last == values.end() ? runbook::Value(runbook::ValueMap()) : last->second;
}

}  // namespace

std::string base_of(const std::string& instance) {
  return instance.substr(0, instance.find('['));
}

Names::Names(const RunRequest& request, const runbook::ValueMap& params, WallTime now) {
  bindings_.emplace("params", runbook::Value(params));
  bindings_.emplace("run",
                    runbook::Value(runbook::ValueMap{{"id", runbook::Value(request.run_id)},
                                                     {"namespace", runbook::Value(request.ns)},
                                                     {"started", runbook::Value(now)},
                                                     {"undone", runbook::Value(false)}}));
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

void Names::set_outputs(const std::string& instance, const runbook::ValueMap& outputs) {
  outputs_.insert_or_assign(instance, runbook::Value(outputs));
  steps_.insert_or_assign(base_of(instance), runbook::Value(outputs));
  bindings_.insert_or_assign("steps", runbook::Value(steps_));
}

void Names::keep_checks(const std::vector<runbook::CheckEntry>& checks, const std::string& suffix) {
  for (const runbook::CheckEntry& check : checks) {
    measured_.insert_or_assign(check.id + suffix, runbook::Value(this->check(check.id)));
  }
}

void Names::enter(const runbook::Step& step, const std::string& suffix) {
  enter_steps(step, suffix);
  bindings_.insert_or_assign("steps", runbook::Value(steps_));
  bindings_.insert_or_assign("checks", runbook::Value(checks_));
}

void Names::enter_steps(const runbook::Step& step, const std::string& suffix) {
  if (!step.action.empty()) {
    steps_.insert_or_assign(step.id, last_of(outputs_, step.id + suffix));
  }
  if (step.included != nullptr) {
    enter_checks(step.included->runbook.prerequisites, suffix);
    enter_checks(step.included->runbook.validation, suffix);
  }
  for (const runbook::Step& child : step.steps) {
    enter_steps(child, suffix);
  }
}

void Names::enter_checks(const std::vector<runbook::CheckEntry>& checks,
                         const std::string& suffix) {
  for (const runbook::CheckEntry& check : checks) {
    checks_.insert_or_assign(check.id, last_of(measured_, check.id + suffix));
  }
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
