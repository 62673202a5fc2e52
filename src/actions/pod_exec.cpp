#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <string>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr std::size_t kTailOfOutput = 2000;

std::string tail(const std::string& text) {
  return std::string(
      base::trim(text.size() <= kTailOfOutput ? text : text.substr(text.size() - kTailOfOutput)));
}

class PodExec final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const kube::Object pod, read_pod(context, reader, arguments));
    const std::vector<std::string> argv = arguments.strings("argv");
    engine::StepPlan plan;
    plan.changes = {{.verb = "exec",
                     .object = pod.text(),
                     .uid = pod.uid(),
                     .diff = {"+ " + base::join(argv, " ")},
                     .verdict = "not asked: what a command does cannot be tried"}};
    const Subject subject{kube::resources::pods(), pod.ns(), pod.name()};
    // A WebSocket is a GET; servers from 1.35 ask for create as well.
    plan.permissions = {
        subject.may("get"), subject.may("get", "exec"), subject.may("create", "exec")};
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto pod = read_pod(context, client, arguments);
    if (!pod) {
      return engine::Outcome::from(pod.error());
    }
    const std::vector<std::string> argv = arguments.strings("argv");
    if (argv.empty()) {
      return engine::Outcome::from(make_error(
          ErrorCode::InvalidInput, "pod.exec needs a command", "for example argv: [df, -h]"));
    }
    const Duration left = context.deadline == MonoTime::max()
                              ? spec().timeout
                              : context.deadline - client.loop().clock().now();
    const auto ended = client.exec(pod->ns(),
                                   pod->name(),
                                   optional_text(arguments, "container"),
                                   argv,
                                   optional_text(arguments, "input"),
                                   left);
    if (!ended) {
      return engine::Outcome::from(ended.error());
    }
    if (ended->exit_code != 0 && arguments.boolean("must_succeed")) {
      const std::string& said = ended->error_output.empty() ? ended->output : ended->error_output;
      return engine::Outcome::from(
          make_error(ErrorCode::ServerError,
                     argv.front() + " in " + pod->text() + " ended with code " +
                         std::to_string(ended->exit_code) + ": " + base::printable(tail(said))));
    }
    return engine::Outcome::done({{"exit_code", ended->exit_code},
                                  {"output", ended->output},
                                  {"error_output", ended->error_output}});
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "pod.exec",
                             .summary =
                                 "runs a program in a container; never a shell string; the first "
                                 "Ctrl-C waits for its end"};
    spec.arguments = pod_arguments();
    spec.arguments.push_back(
        {.name = "container", .type = text, .help = "which; the pod's first when left out"});
    spec.arguments.push_back({.name = "argv",
                              .type = Type::list_of(text),
                              .required = true,
                              .help = "the program and its arguments, one by one"});
    spec.arguments.push_back(
        {.name = "input", .type = text, .help = "what it reads; needs Kubernetes 1.30"});
    spec.arguments.push_back({.name = "must_succeed",
                              .type = Type::of(Type::Kind::Bool),
                              .fallback = runbook::Value(true),
                              .help = "an exit code other than 0 is a failure"});
    spec.outputs = {{"exit_code", Type::of(Type::Kind::Int), "what it ended with"},
                    {"output", text, "what it wrote"},
                    {"error_output", text, "what it wrote to standard error"}};
    spec.effect = runbook::Effect::Once;
    spec.no_undo = "what a program has done is its own";
    spec.permissions = {{"get", "pods"}, {"get", "pods/exec"}, {"create", "pods/exec"}};
    spec.example =
        "- id: disk\n"
        "  do: pod.exec\n"
        "  with: {pod: kafka-0, container: kafka, argv: [df, -h]}\n";
    return spec;
  }
};

}  // namespace

const engine::Action& pod_exec() {
  static const PodExec kAction;
  return kAction;
}

}  // namespace cfkops::actions
