#include "planner.hpp"

#include "evaluate.hpp"
#include "recall.hpp"
#include "window_gate.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/resource.hpp"
#include "cfkops/runbook/include.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// The other kind that is asked again of a run that goes on.
constexpr std::string_view kVersion = "version";

std::string false_text(const runbook::Expression& condition, const runbook::Bindings& bindings) {
  const std::string values = condition.explain(bindings);
  return "`" + condition.source() + "` is false" + (values.empty() ? "" : " (" + values + ")");
}

/// "steps untell, tell"
std::string ids_of(const std::vector<runbook::Step>& steps) {
  std::vector<std::string> ids;
  ids.reserve(steps.size());
  for (const runbook::Step& step : steps) {
    ids.push_back(step.id);
  }
  return (ids.size() == 1 ? "step " : "steps ") + base::enumerate(ids);
}

/// What is asked before the step; as written where it uses what is not known yet.
std::string confirmation_of(const runbook::Step& step, const runbook::Bindings& bindings) {
  if (step.confirm.source().empty()) {
    return "";
  }
  const auto text = step.confirm.evaluate(bindings);
  return text ? text->text() : step.confirm.source();
}

void add_question(std::vector<kube::AccessQuestion>& all, kube::AccessQuestion question) {
  if (std::find(all.begin(), all.end(), question) == all.end()) {
    all.push_back(std::move(question));
  }
}

/// The question that a declared permission stands for; nothing where the resource is not built in.
std::optional<kube::AccessQuestion> question_of(const runbook::PermissionSpec& permission,
                                                const std::string& ns) {
  const std::size_t slash = permission.resource.find('/');
  const kube::Resource* resource = kube::find_builtin(permission.resource.substr(0, slash));
  if (resource == nullptr) {
    return std::nullopt;
  }
  return kube::AccessQuestion{
      .verb = permission.verb,
      .resource = *resource,
      .subresource = slash == std::string::npos ? "" : permission.resource.substr(slash + 1),
      .ns = resource->namespaced ? ns : "",
      .name = ""};
}

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
      site_{.catalogue = catalogue, .reader = reader, .ns = request.ns} {}

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
      names_.set_outputs(base_of(step.id), step.outputs);
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
  for (kube::AccessQuestion& question : lock_permissions(plan_.locks)) {
    add_question(needed_, std::move(question));
  }
  CFKOPS_TRY(ask_prerequisites(Asked::AfterSteps));
  CFKOPS_TRY(ask_late_prerequisites());
  plan_.permissions = all_permissions();
  if (first_error_ && all_pass(plan_.prerequisites)) {
    return *std::move(first_error_);
  }
  return std::move(plan_);
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

Status Planner::plan_steps(const std::vector<runbook::Step>& steps, const Branch& branch) {
  for (const runbook::Step& step : steps) {
    CFKOPS_TRY(plan_step(step, branch));
  }
  return {};
}

Status Planner::plan_step(const runbook::Step& step, Branch branch) {
  const bool open = branch.skipped.empty() && branch.unknown.empty();
  if (open) {
    CFKOPS_TRY(needs_nothing_lost(step, Part::Entry, before_, request_.run_id));
  }
  if (open && !step.when.empty()) {
    branch.unknown = needs(not_known_yet(step.when, names_.bindings()));
    if (branch.unknown.empty()) {
      auto wanted = holds(step.when, names_.bindings());
      if (!wanted) {
        return std::move(wanted).error().in("step '" + step.id + "'");
      }
      branch.skipped = *wanted ? "" : false_text(step.when, names_.bindings());
    }
  }
  if (step.each && branch.skipped.empty() && branch.unknown.empty()) {
    return plan_each(step, branch);
  }
  return plan_body(step, branch);
}

Status Planner::plan_each(const runbook::Step& step, const Branch& branch) {
  const std::string unknown = needs(not_known_yet(step.each->in, names_.bindings()));
  if (!unknown.empty()) {
    return plan_body(step, {.suffix = branch.suffix, .skipped = "", .unknown = unknown});
  }
  auto list = elements(*step.each, names_.bindings());
  if (!list) {
    return std::move(list).error().in("step '" + step.id + "'");
  }
  if (list->empty()) {
    return plan_body(step,
                     {.suffix = branch.suffix,
                      .skipped = "`" + step.each->in.source() + "` is empty",
                      .unknown = ""});
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto before = names_.bind(step.each->as, (*list)[i]);
    const Status planned = plan_body(step,
                                     {.suffix = branch.suffix + "[" + std::to_string(i + 1) + "]",
                                      .skipped = "",
                                      .unknown = ""});
    names_.restore(step.each->as, std::move(before));
    CFKOPS_TRY(planned);
  }
  return {};
}

Status Planner::plan_body(const runbook::Step& step, const Branch& branch) {
  if (step.included != nullptr) {
    return plan_included(step, branch);
  }
  if (step.action.empty()) {
    return plan_steps(step.steps, branch);
  }
  const Action* action = catalogue_.action(step.action);
  if (action == nullptr) {
    return make_error(ErrorCode::InvalidInput,
                      "step '" + step.id + "': there is no action '" + step.action + "'");
  }
  PlannedStep planned{.id = instance_id(step, branch.suffix),
                      .title = step.title,
                      .action = step.action,
                      .plan = {},
                      .skipped = branch.skipped,
                      .unknown = branch.unknown,
                      .confirm = confirmation_of(step, names_.bindings())};
  if (is_done(planned.id)) {
    planned.skipped = "done already";
  } else if (planned.skipped.empty() && planned.unknown.empty()) {
    CFKOPS_TRY(needs_nothing_lost(step, Part::Body, before_, request_.run_id));
  }
  if (planned.unknown.empty()) {
    planned.unknown = needs(not_known_yet(step.with, names_.bindings()));
  }
  if (planned.skipped.empty() && planned.unknown.empty()) {
    CFKOPS_TRY(plan_action(step, *action, planned));
  }
  if (!step.no_rollback.empty()) {
    planned.plan.undo = "none: " + step.no_rollback;
  } else if (!step.rollback.empty()) {
    planned.plan.undo = "instead of the action's own: " + ids_of(step.rollback);
  } else if (planned.plan.undo.empty() && !action->spec().no_undo.empty()) {
    planned.plan.undo = "none: " + action->spec().no_undo;
  }
  if (planned.skipped.empty()) {
    collect_permissions(planned, action->spec());
  }
  plan_.steps.push_back(std::move(planned));
  return {};
}

Status Planner::plan_action(const runbook::Step& step, const Action& action, PlannedStep& planned) {
  const auto arguments = evaluate_arguments(step.with, action.spec(), names_.bindings(), site_);
  if (!arguments) {
    if (arguments.error().code == ErrorCode::Cancelled) {
      return arguments.error();
    }
    keep_error(step, arguments.error(), planned);
    return {};
  }
  Context context;
  context.run_id = request_.run_id;
  context.ns = request_.ns;
  context.step = {.id = planned.id,
                  .title = step.title,
                  .action = step.action,
                  .number = plan_.steps.size() + 1,
                  .count = 0,
                  .attempt = 1};
  context.deadline = reader_.loop().clock().now() + step.timeout.value_or(action.spec().timeout);
  context.observer = &observer_;
  if (earlier_ != nullptr && earlier_->contains(planned.id)) {
    context.earlier = &earlier_->at(planned.id);
  }
  auto told = action.plan(context, reader_, *arguments);
  if (!told) {
    if (told.error().code == ErrorCode::Cancelled) {
      return std::move(told).error();
    }
    keep_error(step, std::move(told).error(), planned);
    return {};
  }
  planned.plan = *std::move(told);
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

void Planner::collect_permissions(const PlannedStep& planned, const runbook::ActionSpec& spec) {
  for (const kube::AccessQuestion& question : planned.plan.permissions) {
    add_question(needed_, question);
  }
  if (!planned.unknown.empty()) {
    collect_declared(spec, needed_);
  }
}

void Planner::collect_declared(const runbook::ActionSpec& spec,
                               std::vector<kube::AccessQuestion>& questions) const {
  for (const runbook::PermissionSpec& permission : spec.permissions) {
    if (auto question = question_of(permission, request_.ns)) {
      add_question(questions, *std::move(question));
    }
  }
}

std::vector<kube::AccessQuestion> Planner::all_permissions() const {
  std::vector<kube::AccessQuestion> all = needed_;
  const runbook::Runbook& runbook = *request_.runbook;
  collect_checks(runbook, all);
  runbook::each_include(runbook, [&](const runbook::Step& step) {
    collect_checks(step.included->runbook, all);
  });
  return all;
}

/// What is needed to ask all that a runbook asks.
void Planner::collect_checks(const runbook::Runbook& runbook,
                             std::vector<kube::AccessQuestion>& questions) const {
  for (const auto* entries : {&runbook.prerequisites, &runbook.validation}) {
    for (const runbook::CheckEntry& entry : *entries) {
      if (const Check* check = catalogue_.check(entry.kind)) {
        collect_declared(check->spec(), questions);
      }
    }
  }
  for (const runbook::Guard& guard : runbook.guards) {
    if (const Check* check = catalogue_.check(guard.check.kind)) {
      collect_declared(check->spec(), questions);
    }
  }
}

CheckRunner Planner::prerequisite_checks() {
  Context context;
  context.run_id = request_.run_id;
  context.ns = request_.ns;
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
          .result = {.verdict = Verdict::Pass,
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
