#include "irreversible.hpp"
#include "kinds.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/engine/approver.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cfkops::actions {

namespace {

using runbook::Type;

/// What is to be done, line by line.
std::vector<std::string> lines_of(const engine::Arguments& arguments) {
  const std::string text = arguments.string("text");
  std::vector<std::string> lines = base::split(base::trim(text), '\n');
  const runbook::Value* done_when = arguments.find("done_when");
  if (done_when != nullptr && !done_when->is_null()) {
    lines.push_back("done when: " + arguments.string("done_when"));
  }
  return lines;
}

class HumanTask final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& /*context*/,
                                              kube::Reader& /*reader*/,
                                              const engine::Arguments& arguments) const override {
    engine::StepPlan plan;
    plan.notes = {"the run waits until a person says that this is done; --yes does not say so"};
    for (const std::string& line : lines_of(arguments)) {
      plan.notes.push_back("to do: " + line);
    }
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& /*client*/,
                                      const engine::Arguments& arguments) const override {
    if (context.approver == nullptr) {
      return engine::Outcome::unknown("nobody can be asked whether a person has done it");
    }
    const Status answer = context.approver->ask(
        {.what = "Step '" + context.step.id + "' is for a person. Is it done?",
         .details = lines_of(arguments),
         .on_yes = "the run goes on",
         .on_no = "the step fails; what then becomes of the run stands in its plan",
         .of_a_task = true});
    return answer ? engine::Outcome::done() : engine::Outcome::from(answer.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec;
    spec.name = "human.task";
    spec.summary = "has a person do something, and asks whether it is done";
    spec.arguments = {{.name = "text",
                       .type = Type::of(Type::Kind::String),
                       .required = true,
                       .help = "what is to be done, for the person who runs this"},
                      {.name = "done_when",
                       .type = Type::of(Type::Kind::String),
                       .help = "how to tell that it is"}};
    spec.for_a_person = true;
    spec.effect = runbook::Effect::Once;
    spec.no_undo = "what a person has done is for a person to take back";
    spec.timeout = std::chrono::hours(24);
    spec.example =
        "- id: disk\n"
        "  do: human.task\n"
        "  with: {text: Replace the failed disk, done_when: the node sees the new disk}\n";
    return spec;
  }
};

}  // namespace

const engine::Action& human_task() {
  static const HumanTask kAction;
  return kAction;
}

}  // namespace cfkops::actions
