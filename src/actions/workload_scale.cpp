#include "difference.hpp"
#include "kinds.hpp"
#include "pod_start.hpp"
#include "scale_wait.hpp"
#include "subject.hpp"
#include "workload.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

constexpr int kMostTries = 5;  // its status changes while pods come and go

Json scale_patch(std::int64_t replicas) {
  return Json(nlohmann::json{{"spec", {{"replicas", replicas}}}});
}

/// Of this very state.
Result<kube::Object> send(kube::Client& client, const Workload& workload, std::int64_t replicas) {
  const kube::Object& object = workload.object;
  return client.patch(
      workload.resource,
      object.ns(),
      object.name(),
      scale_patch(replicas),
      {.type = kube::PatchType::Merge,
       .precondition = {.uid = object.uid(), .resource_version = object.resource_version()},
       .subresource = "scale"});
}

/// The number that an earlier attempt of this step, or an earlier process, has found and changed.
std::optional<std::int64_t> former(const engine::Context& context) {
  if (context.journal == nullptr) {
    return std::nullopt;
  }
  for (const engine::Remembered& one : context.journal->remembered()) {
    if (one.step == context.step.id && !one.undone && one.data.has("/was")) {
      return one.data.int_or("/was", 0);
    }
  }
  return std::nullopt;
}

/// Budgets over these pods that want more of them than there will be.
Result<std::vector<std::string>> budgets_beyond(kube::Reader& reader,
                                                const Workload& workload,
                                                std::int64_t replicas) {
  CFKOPS_ASSIGN(const kube::ObjectList budgets,
                reader.list(kube::resources::pod_disruption_budgets(), workload.object.ns()));
  const placement::Labels labels =
      placement::strings_at(workload.object.json(), "/spec/template/metadata/labels");
  std::vector<std::string> lines;
  for (const kube::Object& budget : budgets.items) {
    const std::int64_t least = budget.json().int_or("/spec/minAvailable", 0);
    const auto selector = placement::LabelSelector::of(budget.json().get("/spec/selector"));
    if (least >= replicas && replicas > 0 && selector.matches(labels)) {
      lines.push_back(
          fmt::format("budget {}/{} wants {} available: while there are {}, no eviction "
                      "is let through, and nodes cannot be drained of them",
                      budget.ns(),
                      budget.name(),
                      base::counted(least, "pod"),
                      replicas));
    }
  }
  return lines;
}

class WorkloadScale final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& /*context*/,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Workload workload, read_workload(reader, arguments));
    CFKOPS_ASSIGN(const std::vector<std::string> autoscalers, autoscalers_of(reader, workload));
    const std::int64_t replicas = arguments.integer("replicas");
    engine::StepPlan plan;
    plan.permissions = permissions(workload);
    plan.undo = fmt::format(
        "the workload gets its {} again, unless somebody changes the number "
        "meanwhile",
        base::counted(workload.replicas(), "replica"));
    if (workload.replicas() == replicas) {
      plan.notes.push_back(workload.object.text() +
                           " has that many already: nothing is set, and "
                           "its pods are waited for");
      return plan;
    }
    plan.changes.push_back(change(reader, workload, autoscalers, replicas));
    plan.notes = who_may_set_back(workload.object, "the number");
    CFKOPS_TRY(say_disruption(reader, workload, replicas, plan));
    CFKOPS_TRY(say_time(reader, workload, replicas, plan));
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    const auto outcome = scale(context, client, arguments);
    return outcome ? *outcome : Outcome::from(outcome.error());
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    return {.verb = "scale",
            .object = base::lower(remembered.string_or("/kind", "")) + " " +
                      remembered.string_or("/namespace", "") + "/" +
                      remembered.string_or("/name", ""),
            .uid = remembered.string_or("/uid", ""),
            .diff = {difference_line("/spec/replicas",
                                     std::to_string(remembered.int_or("/wrote", 0)),
                                     std::to_string(remembered.int_or("/was", 0)))},
            .verdict = {}};
  }

  [[nodiscard]] Outcome undo(const engine::Context& context,
                             kube::Client& client,
                             const Json& remembered) const override {
    const auto outcome = give_back(context, client, remembered);
    return outcome ? *outcome : Outcome::from(outcome.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "workload.scale",
        .summary = "sets how many pods a workload has, and waits until it has them"};
    spec.arguments = {workload_argument(),
                      {.name = "replicas", .type = number, .required = true, .help = "how many"}};
    spec.outputs = {{"changed", Type::of(Type::Kind::Bool), "this run has set the number"},
                    {"before", number, "how many were wanted before"},
                    {"ready", number, "how many are Ready in the end"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.timeout = std::chrono::minutes(10);
    spec.permissions = {{"get", "the workload"},
                        {"list", "the workload"},
                        {"watch", "the workload"},
                        {"patch", "the workload's scale"},
                        {"list", "pods"},
                        {"watch", "pods"},
                        {"list", "horizontalpodautoscalers.autoscaling"},
                        {"list", "poddisruptionbudgets.policy"}};
    spec.example =
        "- id: scale\n"
        "  do: workload.scale\n"
        "  with:\n"
        "    workload: ${params.workload}\n"
        "    replicas: 5\n";
    return spec;
  }

  static std::vector<kube::AccessQuestion> permissions(const Workload& workload) {
    const auto all = [&](const std::string& verb, const kube::Resource& resource) {
      return Subject{resource, workload.object.ns(), {}}.may(verb);
    };
    return {workload.may("get"),
            workload.may("list"),
            workload.may("watch"),
            workload.may("patch", "scale"),
            all("list", kube::resources::pods()),
            all("watch", kube::resources::pods()),
            all("list", kube::resources::horizontal_pod_autoscalers()),
            all("list", kube::resources::pod_disruption_budgets())};
  }

  static engine::PlannedChange change(kube::Reader& reader,
                                      const Workload& workload,
                                      const std::vector<std::string>& autoscalers,
                                      std::int64_t replicas) {
    const kube::Object& object = workload.object;
    engine::PlannedChange change{
        .verb = "scale",
        .object = object.text(),
        .uid = object.uid(),
        .diff = {difference_line(
            "/spec/replicas", std::to_string(workload.replicas()), std::to_string(replicas))},
        .verdict = {}};
    std::optional<Error> refusal = scale_objection(workload, autoscalers, replicas);
    if (!refusal) {
      const auto tried = reader.dry_run_patch(workload.resource,
                                              object.ns(),
                                              object.name(),
                                              kube::PatchType::Merge,
                                              scale_patch(replicas),
                                              "scale");
      refusal = tried ? std::optional<Error>() : tried.error();
    }
    change.refused = refusal.has_value();
    change.verdict = refusal ? "refused: " + refusal->text() : "accepted";
    return change;
  }

  static Status say_disruption(kube::Reader& reader,
                               const Workload& workload,
                               std::int64_t replicas,
                               engine::StepPlan& plan) {
    const std::int64_t fewer = workload.replicas() - replicas;
    if (fewer <= 0) {
      return {};
    }
    const bool ordered = workload.resource.kind == "StatefulSet";
    plan.disruption.push_back(
        fmt::format("{} of {} end{}, {}; disruption budgets do not hold that back",
                    base::counted(fewer, "pod"),
                    workload.object.text(),
                    fewer == 1 ? "s" : "",
                    ordered ? "the highest numbers first" : "whichever its controller chooses"));
    if (replicas == 0) {
      plan.disruption.push_back(
          fmt::format("nothing of {} runs after that", workload.object.text()));
    }
    CFKOPS_ASSIGN(const std::vector<std::string> lines, budgets_beyond(reader, workload, replicas));
    plan.disruption.insert(plan.disruption.end(), lines.begin(), lines.end());
    return {};
  }

  /// By how long its pods took to start; those of a set start one after the other.
  static Status say_time(kube::Reader& reader,
                         const Workload& workload,
                         std::int64_t replicas,
                         engine::StepPlan& plan) {
    const std::int64_t more = replicas - workload.replicas();
    if (more <= 0) {
      return {};
    }
    CFKOPS_ASSIGN(const kube::ObjectList pods,
                  reader.list(kube::resources::pods(),
                              workload.object.ns(),
                              {.label_selector = workload.selector(), .field_selector = {}}));
    std::optional<Duration> longest;
    for (const kube::Object& pod : pods.items) {
      const std::optional<Duration> took = start_up(pod);
      longest = took ? std::max(longest.value_or(*took), *took) : longest;
    }
    if (longest) {
      const bool in_turn =
          workload.resource.kind == "StatefulSet" &&
          workload.object.json().string_or("/spec/podManagementPolicy", "") != "Parallel";
      plan.estimate = in_turn ? *longest * more : *longest;
    }
    return {};
  }

  static Result<Outcome> scale(const engine::Context& context,
                               kube::Client& client,
                               const engine::Arguments& arguments) {
    const std::int64_t replicas = arguments.integer("replicas");
    CFKOPS_ASSIGN(Workload workload, read_workload(client, arguments));
    const std::int64_t before = workload.replicas();
    const bool is_so = before == replicas;
    if (!is_so) {
      CFKOPS_ASSIGN(const std::vector<std::string> autoscalers, autoscalers_of(client, workload));
      if (std::optional<Error> refusal = scale_objection(workload, autoscalers, replicas)) {
        return *std::move(refusal);
      }
      CFKOPS_TRY(remember(context, workload, replicas));
      CFKOPS_TRY(set(client, arguments, workload, replicas));
      context.progress(fmt::format("{} is set from {} to {}",
                                   workload.object.text(),
                                   before,
                                   base::counted(replicas, "pod")));
    }
    Outcome outcome = wait_scaled(context, client, workload, replicas);
    const std::optional<std::int64_t> found = former(context);
    outcome.outputs["changed"] = !is_so || found;
    outcome.outputs["before"] = found.value_or(before);
    return outcome;
  }

  /// Sends it; a version that is another one by its status alone is read again.
  static Status set(kube::Client& client,
                    const engine::Arguments& arguments,
                    Workload& workload,
                    std::int64_t replicas) {
    const std::int64_t before = workload.replicas();
    for (int tries = 1;; ++tries) {
      const auto sent = send(client, workload, replicas);
      if (sent) {
        return {};
      }
      if (sent.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return sent.error();
      }
      CFKOPS_ASSIGN(workload, read_workload(client, arguments));
      if (workload.replicas() != before) {
        return make_error(ErrorCode::Refused,
                          fmt::format("somebody else has set {} to {} meanwhile",
                                      workload.object.text(),
                                      base::counted(workload.replicas(), "replica")),
                          "find out who, and start the run again");
      }
    }
  }

  static Status remember(const engine::Context& context,
                         const Workload& workload,
                         std::int64_t replicas) {
    if (context.journal == nullptr) {
      return {};
    }
    return context.journal->remember_undo(Json(nlohmann::json{{"kind", workload.resource.kind},
                                                              {"namespace", workload.object.ns()},
                                                              {"name", workload.object.name()},
                                                              {"uid", workload.object.uid()},
                                                              {"was", workload.replicas()},
                                                              {"wrote", replicas}}));
  }

  static Result<Outcome> give_back(const engine::Context& context,
                                   kube::Client& client,
                                   const Json& remembered) {
    CFKOPS_ASSIGN(const std::string kind, remembered.string_at("/kind"));
    CFKOPS_ASSIGN(const std::int64_t was, remembered.int_at("/was"));
    CFKOPS_ASSIGN(const std::int64_t wrote, remembered.int_at("/wrote"));
    const engine::Arguments arguments(
        {{"workload",
          runbook::ValueMap{{"kind", kind},
                            {"namespace", remembered.string_or("/namespace", "")},
                            {"name", remembered.string_or("/name", "")},
                            {"uid", remembered.string_or("/uid", "")}}}});
    CFKOPS_ASSIGN(const Workload workload, read_workload(client, arguments));
    if (workload.replicas() != was && workload.replicas() != wrote) {
      return Outcome::refused(fmt::format(
          "somebody else has changed {} meanwhile: replicas were {}, we wrote {}, now it is {}",
          workload.object.text(),
          was,
          wrote,
          workload.replicas()));
    }
    if (workload.replicas() == wrote && was != wrote) {
      const auto sent = send(client, workload, was);
      if (!sent && sent.error().code == ErrorCode::Conflict) {
        return Outcome::not_yet(sent.error().text());
      }
      CFKOPS_TRY(sent);
    }
    return wait_scaled(context, client, workload, was);
  }
};

}  // namespace

const engine::Action& workload_scale() {
  static const WorkloadScale kAction;
  return kAction;
}

}  // namespace cfkops::actions
