#include "run_state.hpp"

#include "actor.hpp"
#include "evaluate.hpp"
#include "included.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace cfkops::engine {

RunState::RunState(const RunRequest& the_request, const RunEnvironment& the_environment)
    : request(the_request),
      environment(the_environment),
      started(the_environment.client.loop().clock().now()),
      started_wall(the_environment.client.loop().clock().wall()),
      site{.catalogue = the_environment.catalogue,
           .reader = the_environment.client,
           .ns = the_request.ns},
      locks(the_request,
            the_environment.client.loop(),
            the_environment.journal,
            the_environment.observer) {}

void conceal(const RunEnvironment& environment, const runbook::Value& value) {
  if (const auto* secret = value.as<Redacted>()) {
    environment.journal.conceal(*secret);
    environment.observer.on_secret(*secret);
  } else if (value.list() != nullptr) {
    for (const runbook::Value& item : *value.list()) {
      conceal(environment, item);
    }
  } else if (value.map() != nullptr) {
    for (const auto& [key, item] : *value.map()) {
      conceal(environment, item);
    }
  }
}

std::vector<const runbook::Step*> path_to(const std::vector<runbook::Step>& steps,
                                          const std::string& id) {
  for (const runbook::Step& step : steps) {
    if (step.id == id) {
      return {&step};
    }
    std::vector<const runbook::Step*> below = path_to(step.steps, id);
    if (!below.empty()) {
      below.insert(below.begin(), &step);
      return below;
    }
  }
  return {};
}

namespace {

/// Takes the first place off the suffix and binds the element there.
Status bind_element(RunState& state, const runbook::Step& step, std::string_view& suffix) {
  const std::size_t end = suffix.find(']');
  std::size_t place = 0;
  const char* const first = suffix.data() + 1;
  if (end == std::string_view::npos ||
      std::from_chars(first, suffix.data() + end, place).ec != std::errc()) {
    return make_error(ErrorCode::InvalidInput, "step '" + step.id + "' has no place in its list");
  }
  CFKOPS_ASSIGN(const runbook::ValueList list, elements(*step.each, state.names.bindings()));
  if (place == 0 || place > list.size()) {
    return make_error(ErrorCode::InvalidInput,
                      "the list of step '" + step.id + "' is another one than it was");
  }
  state.names.bind(step.each->as, list[place - 1]);
  suffix.remove_prefix(end + 1);
  return {};
}

/// As they were when the run was in that instance of the step; evaluated once more where that was
/// another process.
Status bind_included(RunState& state, const runbook::Step& step, const std::string& instance) {
  const auto known = state.included.find(instance);
  if (known != state.included.end()) {
    state.names.bind(step.included->binding, runbook::Value(known->second));
    return {};
  }
  CFKOPS_ASSIGN(runbook::ValueMap params,
                included_params(step, state.names.bindings(), state.site));
  state.names.bind(step.included->binding, runbook::Value(std::move(params)));
  return {};
}

/// What one step on the way to another binds; `rest` is what is left of the suffix `all`.
Status bind_step(RunState& state,
                 const runbook::Step& step,
                 std::string_view all,
                 std::string_view& rest) {
  if (step.each) {
    CFKOPS_TRY(bind_element(state, step, rest));
  }
  const std::string place(all.substr(0, all.size() - rest.size()));
  if (step.each) {
    state.names.enter(step, place);
  }
  return step.included == nullptr ? Status() : bind_included(state, step, step.id + place);
}

}  // namespace

Status bind_elements(RunState& state, const std::string& base, std::string_view suffix) {
  const std::string_view all = suffix;
  for (const runbook::Step* step : path_to(state.request.runbook->steps, base)) {
    CFKOPS_TRY(bind_step(state, *step, all, suffix));
  }
  return {};
}

void RunState::restore() {
  for (const RecoveredStep& step : before->steps) {
    StepRecord record;
    record.base = base_of(step.id);
    const auto path = path_to(request.runbook->steps, record.base);
    if (path.empty()) {
      continue;  // of an undo, or of the runbook's rollback
    }
    record.step = path.back();
    record.action = environment.catalogue.action(record.step->action);
    record.mutated = step.mutated;
    record.undone = step.undone;
    record.order = step.state == "skipped" ? 0 : ++begun;
    record.report = {.id = step.id,
                     .title = record.step->title,
                     .state = step.state,
                     .why = step.why,
                     .took = {},
                     .attempts = step.attempts,
                     .outputs = step.outputs};
    if (step.state == "done") {
      names.set_outputs(step.id, step.outputs);
    }
    steps.push_back(std::move(record));
  }
  for (const auto& [id, outputs] : before->checks) {
    names.set_check(id, outputs);
  }
}

StepRecord* RunState::find(const std::string& id) {
  const auto found = std::find_if(
      steps.begin(), steps.end(), [&](const StepRecord& one) { return one.report.id == id; });
  return found == steps.end() ? nullptr : &*found;
}

StepRecord& RunState::record_of(const std::string& base,
                                const std::string& id,
                                const std::string& title) {
  if (StepRecord* known = find(id)) {
    return *known;
  }
  // An `each` whose elements were not known when the plan was made stands there once, without
  // place.
  if (StepRecord* unplaced = find(base); unplaced != nullptr && unplaced->step == nullptr) {
    unplaced->report.id = id;
    return *unplaced;
  }
  const auto sibling = std::find_if(
      steps.rbegin(), steps.rend(), [&](const StepRecord& one) { return one.base == base; });
  StepRecord record;
  record.base = base;
  record.report.id = id;
  record.report.title = title;
  record.report.state = "not_started";
  return *steps.insert(sibling.base() == steps.begin() ? steps.end() : sibling.base(),
                       std::move(record));
}

StepInfo RunState::info_of(const StepRecord& record, int attempt) const {
  const auto place = std::find_if(steps.begin(), steps.end(), [&](const StepRecord& one) {
    return one.report.id == record.report.id;
  });
  return {.id = record.report.id,
          .title = record.report.title,
          .action = record.step == nullptr ? "" : record.step->action,
          .number = static_cast<std::size_t>(place - steps.begin()) + 1,
          .count = steps.size(),
          .attempt = attempt};
}

Context RunState::context_of(const StepInfo& info, MonoTime deadline) const {
  Context context;
  context.run_id = request.run_id;
  context.ns = request.ns;
  context.files = request.files;
  context.who = os_user() + "@" + host_name();
  context.step = info;
  context.deadline = deadline;
  context.observer = &environment.observer;
  context.journal = &environment.journal;
  if (const auto sent_before = earlier.find(info.id); sent_before != earlier.end()) {
    context.earlier = &sent_before->second;
  }
  return context;
}

Status RunState::tell_step(audit::Phase phase,
                           const std::string& event,
                           const Json& data,
                           audit::Durable durable) const {
  nlohmann::json record = data.raw();
  record["event"] = event;
  return environment.journal.write(phase, Json(std::move(record)), durable);
}

std::optional<Failure> RunState::must_stop(const std::string& step) const {
  if (environment.journal.broken()) {
    return Failure{.stopped = false,
                   .error = make_error(ErrorCode::Io,
                                       "the audit log cannot be written: nothing more was changed",
                                       "make room for " + request.journal +
                                           " or repair what keeps it from being written"),
                   .step = step};
  }
  if (auto lost = locks.lost()) {
    return Failure{.stopped = false, .error = *std::move(lost), .step = step};
  }
  if (loop().stop_due()) {
    return Failure{.stopped = true, .error = loop().cancelled(), .step = step};
  }
  return std::nullopt;
}

}  // namespace cfkops::engine
