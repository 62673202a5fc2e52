#include "run_state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
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
  context.step = info;
  context.deadline = deadline;
  context.observer = &environment.observer;
  context.journal = &environment.journal;
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

std::optional<Failure> RunState::must_stop(const std::string& before) const {
  if (environment.journal.broken()) {
    return Failure{.stopped = false,
                   .error = make_error(ErrorCode::Io,
                                       "the audit log cannot be written: nothing more was changed",
                                       "make room for " + request.journal +
                                           " or repair what keeps it from being written"),
                   .step = before};
  }
  if (auto lost = locks.lost()) {
    return Failure{.stopped = false, .error = *std::move(lost), .step = before};
  }
  if (loop().stop_due()) {
    return Failure{.stopped = true, .error = loop().cancelled(), .step = before};
  }
  return std::nullopt;
}

}  // namespace cfkops::engine
