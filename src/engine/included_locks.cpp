#include "included_locks.hpp"

#include "evaluate.hpp"
#include "included.hpp"

#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

class Walk {
 public:
  Walk(const runbook::Bindings& bindings, const LocksVisitor& tell)
      : bindings_(bindings),
        tell_(tell) {}

  Status steps(const std::vector<runbook::Step>& steps) {
    for (const runbook::Step& step : steps) {
      CFKOPS_TRY(one(step));
    }
    return {};
  }

 private:
  Status one(const runbook::Step& step) {
    if (!step.when.empty() && not_known_yet(step.when, bindings_).empty()) {
      // What cannot be evaluated is told by whoever plans the step.
      if (const auto wanted = holds(step.when, bindings_); !wanted || !*wanted) {
        return {};
      }
    }
    if (!step.each) {
      return body(step);
    }
    const bool known = not_known_yet(step.each->in, bindings_).empty();
    const auto list =
        known ? elements(*step.each, bindings_) : Result<runbook::ValueList>(runbook::ValueList());
    if (!known || !list) {
      return body(step);
    }
    for (const runbook::Value& item : *list) {
      auto before = bind(step.each->as, item);
      const Status told = body(step);
      restore(step.each->as, std::move(before));
      CFKOPS_TRY(told);
    }
    return {};
  }

  Status body(const runbook::Step& step) {
    if (step.included == nullptr) {
      CFKOPS_TRY(steps(step.steps));
      return steps(step.rollback);
    }
    const std::string& binding = step.included->binding;
    const runbook::Value params(known_params(step, bindings_));
    auto before = bind(binding, params);
    Status told = tell_(step, bindings_, params);
    if (told) {
      told = steps(step.steps);
    }
    if (told) {
      told = steps(step.included->runbook.rollback);
    }
    restore(binding, std::move(before));
    return told;
  }

  std::optional<runbook::Value> bind(const std::string& name, runbook::Value value) {
    std::optional<runbook::Value> before;
    if (const auto found = bindings_.find(name); found != bindings_.end()) {
      before = found->second;
    }
    bindings_.insert_or_assign(name, std::move(value));
    return before;
  }

  void restore(const std::string& name, std::optional<runbook::Value> before) {
    if (before) {
      bindings_.insert_or_assign(name, *std::move(before));
    } else {
      bindings_.erase(name);
    }
  }

  runbook::Bindings bindings_;
  const LocksVisitor& tell_;
};

}  // namespace

Status each_included_at_start(const runbook::Runbook& runbook,
                              const runbook::Bindings& bindings,
                              const LocksVisitor& visit) {
  if (!runbook::has_includes(runbook)) {
    return {};
  }
  Walk walk(bindings, visit);
  CFKOPS_TRY(walk.steps(runbook.steps));
  return walk.steps(runbook.rollback);
}

}  // namespace cfkops::engine
