#include "irreversible.hpp"
#include "kinds.hpp"
#include "rollout.hpp"
#include "sent_before.hpp"
#include "subject.hpp"

#include "cfkops/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr const char* kAnnotation = "kubectl.kubernetes.io/restartedAt";
constexpr int kMostTries = 5;  // its status changes while pods come and go

Json restart_patch(const std::string& when) {
  const nlohmann::json metadata = {{"annotations", {{kAnnotation, when}}}};
  return Json(nlohmann::json{{"spec", {{"template", {{"metadata", metadata}}}}}});
}

/// Why this workload must not be restarted so, or nothing.
std::optional<Error> objection(const kube::Object& workload) {
  if (std::optional<Error> kafka = kafka_objection(workload)) {
    return kafka;
  }
  const RolloutState state = rollout_state(workload);
  if (!state.problem.message.empty()) {
    return make_error(
        ErrorCode::Refused, workload.text() + ": " + state.problem.message, state.problem.hint);
  }
  return std::nullopt;
}

class RolloutRestart final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Subject subject, read_subject(context, reader, arguments));
    CFKOPS_ASSIGN(const kube::Object workload,
                  reader.get(subject.resource, subject.ns, subject.name));
    const std::string when = base::format_rfc3339(reader.loop().clock().wall());
    engine::PlannedChange change{.verb = "patch",
                                 .object = subject.text(),
                                 .uid = workload.uid(),
                                 .diff = {},
                                 .verdict = {}};
    change.diff = {std::string("~ /spec/template/metadata/annotations/") + kAnnotation + ": now"};
    std::optional<Error> refusal = objection(workload);
    if (!refusal) {
      const auto tried = reader.dry_run_patch(subject.resource,
                                              subject.ns,
                                              subject.name,
                                              kube::PatchType::Strategic,
                                              restart_patch(when));
      refusal = tried ? std::optional<Error>() : tried.error();
    }
    change.refused = refusal.has_value();
    change.verdict = refusal ? "refused: " + refusal->text() : "accepted";
    engine::StepPlan plan;
    plan.changes = {std::move(change)};
    plan.disruption = {"all pods of " + subject.text() +
                       " are replaced, by its own update strategy"};
    plan.permissions = {subject.may("get"), subject.may("patch")};
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto outcome = restart(context, client, arguments);
    return outcome ? *outcome : engine::Outcome::from(outcome.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec{.name = "rollout.restart",
                             .summary = "restarts a workload's pods by its own update strategy"};
    spec.arguments = workload_arguments();
    spec.outputs = {{"generation", Type::of(Type::Kind::Int), "of the workload after the change"}};
    spec.effect = runbook::Effect::Once;
    spec.continues = true;
    spec.no_undo = "restarted pods have nothing to take back";
    spec.permissions = {{"get", "the workload"}, {"patch", "the workload"}};
    spec.example =
        "- id: restart\n"
        "  do: rollout.restart\n"
        "  with: {kind: deployment, name: web}\n";
    return spec;
  }

  static Result<engine::Outcome> restart(const engine::Context& context,
                                         kube::Client& client,
                                         const engine::Arguments& arguments) {
    CFKOPS_ASSIGN(const Subject subject, read_subject(context, client, arguments));
    // The same for each try: should the first take effect late, the next changes nothing.
    const Json restart = restart_patch(base::format_rfc3339(client.loop().clock().wall()));
    for (int tries = 1;; ++tries) {
      CFKOPS_ASSIGN(const kube::Object workload,
                    client.get(subject.resource, subject.ns, subject.name));
      if (applied_before(context) != nullptr) {
        return engine::Outcome::done({{"generation", workload.generation()}});
      }
      if (const std::optional<Error> refusal = objection(workload)) {
        return *refusal;
      }
      const auto after = send(client, subject, workload, restart);
      if (after) {
        context.progress(subject.text() + " is being restarted");
        return engine::Outcome::done({{"generation", after->generation()}});
      }
      if (after.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return after.error();
      }
    }
  }

  /// Of that version only: should nobody hear the answer, an unchanged version says that it did not
  /// happen.
  static Result<kube::Object> send(kube::Client& client,
                                   const Subject& subject,
                                   const kube::Object& workload,
                                   const Json& patch) {
    return client.patch(
        subject.resource,
        subject.ns,
        subject.name,
        patch,
        {.type = kube::PatchType::Strategic,
         .precondition = {.uid = workload.uid(), .resource_version = workload.resource_version()}});
  }
};

}  // namespace

const engine::Action& rollout_restart() {
  static const RolloutRestart kAction;
  return kAction;
}

}  // namespace cfkops::actions
