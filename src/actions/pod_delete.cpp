#include "kinds.hpp"
#include "pod_removal.hpp"
#include "subject.hpp"

#include <chrono>

namespace cfkops::actions {

namespace {

using runbook::Type;

class PodDelete final : public PodRemoval {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const kube::Object pod, read_pod(context, reader, arguments));
    engine::StepPlan plan;
    plan.changes = {{.verb = "delete",
                     .object = pod.text(),
                     .uid = pod.uid(),
                     .diff = {},
                     .verdict = "not asked: a deletion does not ask the disruption budget"}};
    const Subject subject{kube::resources::pods(), pod.ns(), pod.name()};
    plan.permissions = {subject.may("get"), subject.may("delete")};
    plan.disruption = {pod.text() + " is down until its controller has replaced it"};
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec = common_spec("pod.delete", "deletes one pod, past any budget");
    spec.arguments.push_back({.name = "grace",
                              .type = Type::of(Type::Kind::Duration),
                              .help = "time to end by itself; the pod's own when left out"});
    spec.permissions = {{"get", "pods"}, {"delete", "pods"}};
    spec.example =
        "- id: delete\n"
        "  do: pod.delete\n"
        "  with: {pod: web-0}\n";
    return spec;
  }

  [[nodiscard]] Status remove(kube::Client& client,
                              const kube::Object& pod,
                              const engine::Arguments& arguments) const override {
    kube::DeleteOptions options{.precondition = {.uid = pod.uid(), .resource_version = {}},
                                .grace_period_seconds = {}};
    const runbook::Value* grace = arguments.find("grace");
    if (grace != nullptr && !grace->is_null()) {
      options.grace_period_seconds =
          std::chrono::ceil<std::chrono::seconds>(arguments.duration("grace")).count();
    }
    return client.remove(kube::resources::pods(), pod.ns(), pod.name(), options);
  }
};

}  // namespace

const engine::Action& pod_delete() {
  static const PodDelete kAction;
  return kAction;
}

}  // namespace cfkops::actions
