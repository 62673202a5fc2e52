#include "planner.hpp"

#include "window_gate.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// The other kind that is asked again of a run that goes on.
constexpr std::string_view kVersion = "version";

}  // namespace

std::string needs(const std::set<std::string>& outputs) {
  if (outputs.empty()) {
    return "";
  }
  const std::vector<std::string> names(outputs.begin(), outputs.end());
  return "it needs " + base::enumerate(names) + ", known once that step is done";
}

std::string instance_id(const runbook::Step& step, const std::string& suffix) {
  return step.id + suffix;
}

void set_scope(kube::Reader& reader,
               const std::string& run_id,
               const std::string& what,
               int attempt) {
  reader.set_audit_scope((run_id.empty() ? "cfkops" : run_id) + "/" + what + "/" +
                         std::to_string(attempt));
}

Planner::Planner(const RunRequest& request,
                 const Catalogue& catalogue,
                 kube::Reader& reader,
                 Observer& observer,
                 Journal* journal)
    : request_(request),
      catalogue_(catalogue),
      reader_(reader),
      observer_(observer),
      journal_(journal),
      site_{
          .catalogue = catalogue, .reader = reader, .ns = request.ns, .looked_for = &looked_for_} {}

void Planner::take_up(const RecoveredRun& before,
                      const std::map<std::string, std::vector<SentMutation>>& earlier) {
  before_ = &before;
  earlier_ = &earlier;
}

/// What is known before anything is asked.
void Planner::begin(const runbook::ValueMap& params) {
  names_ = Names(request_, params, reader_.loop().clock().wall());
  plan_.params = params;
  if (before_ == nullptr) {
    return;
  }
  if (const auto started = base::parse_rfc3339(before_->started)) {
    names_ = Names(request_, params, *started);
  }
  for (const auto& [id, outputs] : before_->checks) {
    names_.set_check(id, outputs);
  }
  for (const RecoveredStep& step : before_->steps) {
    if (step.state == "done") {
      names_.set_outputs(step.id, step.outputs);
    }
  }
}

bool Planner::is_asked(const runbook::CheckEntry& entry) const {
  return before_ == nullptr || entry.kind == kPermission || entry.kind == kVersion;
}

bool Planner::is_done(const std::string& id) const {
  const RecoveredStep* step = before_ == nullptr ? nullptr : before_->step(id);
  return step != nullptr && step->state == "done";
}

Result<Plan> Planner::make_header(const runbook::ValueMap& params) {
  begin(params);
  set_scope(reader_, request_.run_id, "plan", request_.life);
  CFKOPS_TRY(read_header());
  CFKOPS_ASSIGN(plan_.locks,
                lock_targets(*request_.runbook, catalogue_, names_.bindings(), request_.ns));
  return std::move(plan_);
}

Result<Plan> Planner::make(const runbook::ValueMap& params) {
  begin(params);
  set_scope(reader_, request_.run_id, "plan");
  CFKOPS_TRY(read_header());
  plan_.prerequisites.resize(request_.runbook->prerequisites.size());
  CFKOPS_TRY(ask_prerequisites(Asked::BeforeSteps));
  set_scope(reader_, request_.run_id, "plan");
  CFKOPS_TRY(plan_steps(request_.runbook->steps, {}));
  plan_.window = planned_window(request_, plan_.steps, reader_.loop().clock().wall());
  CFKOPS_ASSIGN(plan_.locks,
                lock_targets(*request_.runbook, catalogue_, names_.bindings(), request_.ns));
  add_step_locks();
  CFKOPS_TRY(complete_permissions());
  CFKOPS_TRY(ask_prerequisites(Asked::AfterSteps));
  CFKOPS_TRY(ask_late_prerequisites());
  plan_.permissions = needed_;
  if (first_error_ && all_pass(plan_.prerequisites)) {
    return *std::move(first_error_);
  }
  return std::move(plan_);
}

/// What the steps lock besides what the runbook does.
void Planner::add_step_locks() {
  const std::vector<LockTarget> own = plan_.locks;
  for (PlannedStep& step : plan_.steps) {
    std::vector<LockTarget>& locks = step.plan.locks;
    std::erase_if(locks, [&own](const LockTarget& lock) {
      return std::ranges::find(own, lock) != own.end();
    });
    plan_.locks.insert(plan_.locks.end(), locks.begin(), locks.end());
  }
  plan_.locks = in_order(std::move(plan_.locks));
}

Status Planner::read_header() {
  const runbook::Runbook& runbook = *request_.runbook;
  plan_.run_id = request_.run_id;
  plan_.runbook = runbook.name;
  plan_.title = runbook.title;
  plan_.risk = runbook.risk;
  plan_.runbook_sha256 = runbook.sha256;
  runbook::each_include(runbook, [&](const runbook::Step& step) {
    const runbook::Runbook& inside = step.included->runbook;
    plan_.includes.push_back(
        {.step = step.id, .name = inside.name, .file = inside.file, .sha256 = inside.sha256});
  });
  plan_.server = reader_.server();
  plan_.context = request_.context;
  plan_.ns = request_.ns;
  for (const runbook::CheckEntry& entry : runbook.validation) {
    plan_.validation.push_back(title_of(entry));
  }
  CFKOPS_ASSIGN(const kube::ServerVersion version, reader_.server_version());
  plan_.server_version = version.text;
  // A server older than its SelfSubjectReview, or one that forbids it, can still be planned for.
  if (const auto identity = reader_.who_am_i()) {
    plan_.user = identity->user;
  } else if (identity.error().code == ErrorCode::Cancelled) {
    return identity.error();
  }
  return {};
}

void Planner::keep_error(const runbook::Step& step, Error error, PlannedStep& planned) {
  error = std::move(error).in("step '" + step.id + "'");
  planned.unknown = error.text();
  const bool begun = earlier_ != nullptr && earlier_->contains(planned.id);
  if (!first_error_ && !begun) {
    first_error_ = std::move(error);
  }
}

CheckRunner Planner::prerequisite_checks() {
  Context context;
  context.run_id = request_.run_id;
  context.ns = request_.ns;
  context.files = request_.files;
  context.observer = &observer_;
  context.needed = &needed_;
  return {"prerequisite", site_, std::move(context), journal_};
}

Status Planner::ask_prerequisites(Asked when) {
  set_scope(reader_, request_.run_id, "prerequisites");
  CheckRunner checks = prerequisite_checks();
  const std::vector<runbook::CheckEntry>& entries = request_.runbook->prerequisites;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!is_asked(entries[i])) {
      plan_.prerequisites[i] = {
          .id = entries[i].id,
          .title = title_of(entries[i]),
          .result = {.verdict = Verdict::Skipped,
                     .summary = "not asked again: the run has begun its steps",
                     .details = {},
                     .remedy = {},
                     .outputs = names_.check(entries[i].id)}};
    } else if ((entries[i].kind == kPermission) == (when == Asked::AfterSteps)) {
      const runbook::ValueMap measured = names_.check(entries[i].id);
      CFKOPS_ASSIGN(plan_.prerequisites[i], checks.one(entries[i], names_));
      CheckResult& result = plan_.prerequisites[i].result;
      if (before_ != nullptr && entries[i].kind == kVersion && result.verdict == Verdict::Unknown) {
        // It passed when the run began; who does not answer now may be down by our own doing.
        result.verdict = Verdict::Pass;
        result.summary = "passed when the run began; not to be told now: " + result.summary;
        result.outputs = measured;
        names_.set_check(entries[i].id, measured);
      }
    }
  }
  return {};
}

}  // namespace cfkops::engine
