#include "cfkops/engine/recovery.hpp"

#include "value_log.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/kube/resource.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// Puts a run together again, line by line.
class Reading {
 public:
  Result<RecoveredRun> take() &&;
  Status add(const audit::LogLine& line);

 private:
  void add_start(const audit::LogLine& line);
  void add_resume(const audit::LogLine& line);
  void add_step(const audit::LogLine& line);
  void add_undo(const audit::LogLine& line);
  void add_intent(const audit::LogLine& line);
  void add_effect(const Json& data);
  void add_observed(const Json& data);
  void add_end(const Json& data);
  RecoveredStep& step_of(const audit::LogLine& line);
  SentMutation* sent(const Json& data);

  /// What a process that takes a run up makes of it, before somebody has agreed to that.
  struct Before {
    std::string result;
    bool undoing = false;
    bool rolling_back = false;
  };

  RecoveredRun run_;
  Before before_;
  bool started_ = false;
};

kube::Resource resource_of(const Json& data) {
  const std::string name = data.string_or("/resource", "");
  const std::string api_version = data.string_or("/apiVersion", "");
  const std::size_t slash = api_version.find('/');
  return {.group = slash == std::string::npos ? "" : api_version.substr(0, slash),
          .version = slash == std::string::npos ? api_version : api_version.substr(slash + 1),
          .plural = name.substr(0, name.find('.')),
          .kind = data.string_or("/kind", ""),
          .namespaced = !data.string_or("/namespace", "").empty()};
}

kube::Mutation mutation_of(const Json& data) {
  return {.verb = data.string_or("/verb", ""),
          .resource = resource_of(data),
          .ns = data.string_or("/namespace", ""),
          .name = data.string_or("/name", ""),
          .subresource = data.string_or("/subresource", ""),
          .uid = data.string_or("/uid", ""),
          .resource_version = data.string_or("/resourceVersion", ""),
          .body = data.get("/body"),
          .audit_id = data.string_or("/auditId", "")};
}

std::map<std::string, std::string> params_of(const Json& data) {
  std::map<std::string, std::string> params;
  for (const auto& [name, value] : data.members()) {
    params.emplace(name, value.string_or("", ""));
  }
  return params;
}

void Reading::add_start(const audit::LogLine& line) {
  const Json& data = line.data;
  started_ = true;
  run_.lives = 1;
  run_.runbook = data.string_or("/runbook/name", "");
  run_.runbook_file = data.string_or("/runbook/file", "");
  run_.runbook_sha256 = data.string_or("/runbook/sha256", "");
  run_.runbook_word = data.string_or("/runbook/word", "");
  run_.server = data.string_or("/cluster/server", "");
  run_.cluster_uid = data.string_or("/cluster/uid", "");
  run_.context = data.string_or("/cluster/context", "");
  run_.ns = data.string_or("/namespace", "");
  run_.user = data.string_or("/actor/user", "");
  run_.os_user = data.string_or("/actor/osUser", "");
  run_.host = data.string_or("/actor/host", "");
  run_.started = data.string_or("/started", line.time);
  run_.command_line = data.string_or("/commandLine", "");
  run_.saved_plan = data.string_or("/savedPlan/sha256", "");
  run_.params = params_of(data.get("/params"));
}

/// Whoever took the run over is the one who has it now.
void Reading::add_resume(const audit::LogLine& line) {
  run_.user = line.data.string_or("/actor/user", run_.user);
  run_.os_user = line.data.string_or("/actor/osUser", run_.os_user);
  run_.host = line.data.string_or("/actor/host", run_.host);
  run_.lives = std::max(run_.lives + 1, static_cast<int>(line.data.int_or("/life", 0)));
  before_ = {.result = run_.result, .undoing = run_.undoing, .rolling_back = run_.rolling_back};
  run_.rolling_back = run_.rolling_back || line.data.string_or("/task", "") == "rollback";
  run_.undoing = run_.undoing || run_.rolling_back;
  run_.result.clear();
}

RecoveredStep& Reading::step_of(const audit::LogLine& line) {
  const auto found = std::ranges::find(run_.steps, line.step, &RecoveredStep::id);
  if (found != run_.steps.end()) {
    return *found;
  }
  RecoveredStep step;
  step.id = line.step;
  run_.steps.push_back(std::move(step));
  return run_.steps.back();
}

void Reading::add_step(const audit::LogLine& line) {
  const std::string event = line.data.string_or("/event", "");
  RecoveredStep& step = step_of(line);
  if (event == "begin") {
    run_.began_steps = true;
    step.state = "open";
    step.attempts = std::max(step.attempts, line.attempt);
  } else if (event == "applied") {
    step.applied = true;
    step.outputs = values_from_log(line.data.get("/outputs"));
    step.secrets = secrets_in_log(line.data.get("/outputs"));
  } else if (event == "end") {
    run_.began_steps = true;
    step.state = line.data.string_or("/state", "");
    step.why = line.data.string_or("/why", "");
    step.outputs = values_from_log(line.data.get("/outputs"));
    step.secrets = secrets_in_log(line.data.get("/outputs"));
  } else if (event == "passed_over") {
    step.state = event;
    step.passed_by = line.data.string_or("/by", "");
  }
}

void Reading::add_undo(const audit::LogLine& line) {
  const std::string event = line.data.string_or("/event", "");
  const auto entry = static_cast<std::uint64_t>(line.data.int_or("/entry", 0));
  if (event == "remember") {
    run_.entries = std::max(run_.entries, entry);
    run_.remembered.push_back({.step = line.step, .data = line.data.get("/undo"), .entry = entry});
    return;
  }
  if (event == "forget") {
    std::erase_if(run_.remembered, [entry](const Remembered& one) { return one.entry == entry; });
    return;
  }
  // An element that failed and is passed over is taken back while the run goes on.
  run_.undoing = run_.undoing || line.data.string_or("/of", "").empty();
  if (event != "end" || line.step.empty()) {
    return;
  }
  RecoveredStep& step = step_of(line);
  const bool undone = line.data.string_or("/outcome", "") == "done";
  if (undone) {
    std::erase_if(run_.remembered, [entry](const Remembered& one) { return one.entry == entry; });
    step.undone = step.undone || entry == 0;
  }
  if (!undone) {
    step.state = "undo_failed";
  } else if (step.state == "done" || step.state == "undo_failed") {
    step.state = "undone";
  }
}

void Reading::add_intent(const audit::LogLine& line) {
  const auto number = static_cast<std::uint64_t>(line.data.int_or("/intent", 0));
  run_.numbered = std::max(run_.numbered, number);
  if (line.data.bool_or("/aside", false)) {
    return;
  }
  run_.sent.push_back({.number = number,
                       .step = line.step,
                       .mutation = mutation_of(line.data),
                       .time = line.time,
                       .known = false,
                       .fate = Fate::Unknown});
}

SentMutation* Reading::sent(const Json& data) {
  const auto number = static_cast<std::uint64_t>(data.int_or("/intent", 0));
  const auto found = std::ranges::find(run_.sent, number, &SentMutation::number);
  return found == run_.sent.end() ? nullptr : &*found;
}

void Reading::add_effect(const Json& data) {
  SentMutation* one = sent(data);
  if (one == nullptr || data.bool_or("/unknown", false)) {
    return;
  }
  one->known = true;
  one->fate = data.string_or("/error", "").empty() ? Fate::Applied : Fate::NotApplied;
}

/// What an earlier resume made of it.
void Reading::add_observed(const Json& data) {
  SentMutation* one = sent(data);
  if (one == nullptr) {
    return;
  }
  const std::string fate = data.string_or("/fate", "");
  if (fate == to_string(Fate::Applied) || fate == to_string(Fate::NotApplied)) {
    one->known = true;
    one->fate = fate == to_string(Fate::Applied) ? Fate::Applied : Fate::NotApplied;
  }
}

void Reading::add_end(const Json& data) {
  run_.result = data.string_or("/result", "");
  if (run_.lives > 1 && run_.result == to_string(RunResult::NotConfirmed)) {
    // It did nothing: the run is what it was.
    run_.result = before_.result;
    run_.undoing = before_.undoing;
    run_.rolling_back = before_.rolling_back;
  }
}

Status Reading::add(const audit::LogLine& line) {
  if (!started_ && line.phase == "note") {
    return {};  // said before the cluster had answered who we are
  }
  if (!started_ && line.phase != "start") {
    return make_error(ErrorCode::InvalidInput,
                      "the log does not begin with a run's start, but with '" + line.phase + "'");
  }
  if (line.phase == "start") {
    add_start(line);
  } else if (line.phase == "resume") {
    add_resume(line);
  } else if (line.phase == "plan" && run_.plan.is_null()) {
    run_.plan = line.data.get("/plan");
  } else if (line.phase == "check" && line.data.string_or("/kind", "") != "guard") {
    // What could not be told later does not take away what was measured.
    if (runbook::ValueMap measured = values_from_log(line.data.get("/outputs"));
        !measured.empty()) {
      run_.checks.insert_or_assign(line.data.string_or("/id", ""), std::move(measured));
    }
  } else if (line.phase == "note" && line.data.string_or("/kind", "") == "include") {
    if (line.data.string_or("/event", "") == "done") {
      run_.finished_groups.insert(line.data.string_or("/group", ""));
    }
  } else if (line.phase == "step") {
    add_step(line);
  } else if (line.phase == "undo") {
    add_undo(line);
  } else if (line.phase == "intent") {
    add_intent(line);
  } else if (line.phase == "effect") {
    add_effect(line.data);
  } else if (line.phase == "observed") {
    add_observed(line.data);
  } else if (line.phase == "end") {
    add_end(line.data);
  }
  return {};
}

Result<RecoveredRun> Reading::take() && {
  if (!started_) {
    return make_error(ErrorCode::InvalidInput,
                      "the log has no record of a run's start",
                      "nothing was done yet: begin a new run");
  }
  for (RecoveredStep& step : run_.steps) {
    step.mutated = std::ranges::any_of(run_.sent, [&step](const SentMutation& one) {
      return one.step == step.id && one.fate != Fate::NotApplied;
    });
  }
  return std::move(run_);
}

/// What ends before its first step leaves nothing to go on with.
bool ended_before_steps(const RecoveredRun& run) {
  return !run.result.empty() && !run.began_steps && run.result != "Interrupted";
}

}  // namespace

std::string_view to_string(Fate fate) {
  switch (fate) {
    case Fate::Applied:
      return "applied";
    case Fate::NotApplied:
      return "not applied";
    case Fate::Unknown:
      return "unknown";
  }
  return "unknown";
}

const RecoveredStep* RecoveredRun::step(const std::string& id) const {
  const auto found = std::ranges::find(steps, id, &RecoveredStep::id);
  return found == steps.end() ? nullptr : &*found;
}

const RecoveredStep* RecoveredRun::passed_over_by(const std::string& id) const {
  const auto found = std::ranges::find(steps, id, &RecoveredStep::passed_by);
  return found == steps.end() ? nullptr : &*found;
}

std::string RecoveredRun::nothing_to_resume() const {
  if (rolling_back && (result == "Succeeded" || result == "ValidationFailed")) {
    return "the run was taken back: there is nothing to resume";
  }
  if (result == "Succeeded") {
    return "the run has succeeded: there is nothing to resume";
  }
  if (result == "Failed") {
    return "the run has failed, and what can be undone is undone: there is nothing to resume";
  }
  if (ended_before_steps(*this)) {
    return "the run ended before its first step (" + result + "): there is nothing to resume";
  }
  return "";
}

std::string RecoveredRun::nothing_to_roll_back() const {
  if (!began_steps) {
    return "the run has taken no step: there is nothing to take back";
  }
  if (rolling_back && (result == "Succeeded" || result == "ValidationFailed")) {
    return "the run was taken back already";
  }
  if (result == "Failed" && remembered.empty()) {
    return "the run has failed and was undone: there is nothing left to take back";
  }
  return "";
}

Result<RecoveredRun> recover(const std::vector<audit::LogLine>& lines) {
  Reading reading;
  for (const audit::LogLine& line : lines) {
    CFKOPS_TRY(reading.add(line));
  }
  return std::move(reading).take();
}

}  // namespace cfkops::engine
