// The rollback of included runbooks: it is done behind the undo of the last of their steps.
#include "included.hpp"
#include "steps.hpp"
#include "undo.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::engine {
namespace {

/// The part of a step's suffix that is that of a group around it, on the way `path`.
std::string suffix_of_group(const std::vector<const runbook::Step*>& path,
                            const runbook::Step* group,
                            const std::string& suffix) {
  std::size_t end = 0;
  for (const runbook::Step* step : path) {
    if (step->each) {
      end = std::min(suffix.find(']', end) + 1, suffix.size());
    }
    if (step == group) {
      break;
    }
  }
  return suffix.substr(0, end);
}

}  // namespace

/// The instances of included runbooks that step `at` of the undo is the last one of, the innermost
/// first.
std::vector<Undo::Group> Undo::left_behind(const std::vector<std::string>& ids,
                                           std::size_t at) const {
  std::vector<Group> groups;
  const StepRecord& record = *state_.find(ids[at]);
  const std::string suffix = record.report.id.substr(record.base.size());
  auto path = path_to(state_.request.runbook->steps, record.base);
  const auto whole = path;
  for (bool outside = false; !path.empty() && !outside; path.pop_back()) {
    const runbook::Step* group = path.back();
    outside = group->id == base_of(element_);  // what is around the element goes on
    if (group->included == nullptr || group->included->runbook.rollback.empty()) {
      continue;
    }
    Group one{.step = group, .suffix = suffix_of_group(whole, group, suffix)};
    const bool more = std::any_of(
        ids.begin() + static_cast<std::ptrdiff_t>(at) + 1, ids.end(), [&](const std::string& id) {
          return is_part_of(id, *group, one.suffix);
        });
    if (!more) {
      groups.push_back(std::move(one));
    }
  }
  return groups;
}

bool Undo::roll_back(const Group& group) {
  const std::string id = group.step->id + group.suffix;
  if (state_.rolled_back.contains(id)) {
    return true;  // with the element that it belongs to
  }
  const Names names = state_.names;
  std::optional<Error> error;
  if (const Status bound = bind_elements(state_, group.step->id, group.suffix); !bound) {
    error = bound.error();
  } else if (const auto failure =
                 StepRunner(state_).run(group.step->included->runbook.rollback, group.suffix)) {
    error = failure->error;
  }
  state_.names = names;
  if (error) {
    state_.left.push_back("the rollback of runbook " + group.step->included->runbook.name +
                          " of step '" + id + "' is not complete: " + error->text());
  } else {
    state_.rolled_back.insert(id);
  }
  return !error;
}

void Undo::plan_rollback(const Group& group, std::vector<PlannedStep>& planned) {
  for (const runbook::Step& step : group.step->included->runbook.rollback) {
    planned.push_back({.id = step.id + group.suffix,
                       .title = step.title,
                       .action = step.action,
                       .plan = {},
                       .skipped = {},
                       .unknown = "it belongs to the rollback of step '" + group.step->id +
                                  "', and is planned when it comes"});
  }
}

}  // namespace cfkops::engine
