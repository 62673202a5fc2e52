#include "irreversible.hpp"
#include "kinds.hpp"
#include "rollout.hpp"
#include "subject.hpp"

#include <chrono>

namespace cfkops::actions {

namespace {

constexpr Duration kLookAgain = std::chrono::seconds(1);

class RolloutStatus final : public Irreversible {
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
    engine::StepPlan plan;
    plan.notes = {"waits until " + subject.text() + " is rolled out; now " +
                  rollout_state(workload).why};
    plan.permissions = {subject.may("get")};
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto subject = read_subject(context, client, arguments);
    if (!subject) {
      return engine::Outcome::from(subject.error());
    }
    const MonoTime began = client.loop().clock().now();
    for (;;) {
      const auto workload = client.get(subject->resource, subject->ns, subject->name);
      if (!workload) {
        return engine::Outcome::from(workload.error());
      }
      const RolloutState state = rollout_state(*workload);
      if (state.complete) {
        return engine::Outcome::done({{"summary", state.why}});
      }
      if (!state.problem.message.empty()) {
        return engine::Outcome::from(Error(state.problem).in(subject->text()));
      }
      const MonoTime time = client.loop().clock().now();
      if (time >= context.deadline) {
        return engine::Outcome::not_yet(subject->text() + ": " + state.why);
      }
      context.waiting({.what = subject->text() + " to be rolled out",
                       .why = state.why,
                       .details = {},
                       .estimate = {},
                       .elapsed = time - began});
      const Status paused = client.loop().pause(kLookAgain);
      if (!paused) {
        return engine::Outcome::from(paused.error());
      }
    }
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec{.name = "rollout.status",
                             .summary = "waits until a workload is rolled out"};
    spec.arguments = workload_arguments();
    spec.outputs = {{"summary",
                     runbook::Type::of(runbook::Type::Kind::String),
                     "how many pods are updated and ready"}};
    spec.timeout = std::chrono::minutes(10);
    spec.permissions = {{"get", "the workload"}};
    spec.example =
        "- id: rolled_out\n"
        "  do: rollout.status\n"
        "  with: {kind: deployment, name: web}\n";
    return spec;
  }
};

}  // namespace

const engine::Action& rollout_status() {
  static const RolloutStatus kAction;
  return kAction;
}

}  // namespace cfkops::actions
