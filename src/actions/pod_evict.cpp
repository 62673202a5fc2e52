#include "kinds.hpp"
#include "pod_removal.hpp"
#include "subject.hpp"

namespace cfkops::actions {

namespace {

class PodEvict final : public PodRemoval {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const kube::Object pod, read_pod(context, reader, arguments));
    const Status tried = reader.dry_run_evict(pod.ns(), pod.name(), pod.uid());
    engine::StepPlan plan;
    // A budget that says no now may say yes when the step comes: it waits for that.
    const bool waits = !tried && tried.error().code == ErrorCode::TooManyRequests;
    plan.changes = {{.verb = "evict",
                     .object = pod.text(),
                     .uid = pod.uid(),
                     .diff = {},
                     .verdict = tried   ? "accepted"
                                : waits ? "not now: " + tried.error().text()
                                        : "refused: " + tried.error().text(),
                     .refused = !tried && !waits}};
    const Subject subject{kube::resources::pods(), pod.ns(), pod.name()};
    plan.permissions = {subject.may("get"), subject.may("create", "eviction")};
    plan.disruption = {pod.text() + " is down until its controller has replaced it"};
    plan.undo = "none: " + spec().no_undo;
    return plan;
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec =
        common_spec("pod.evict", "evicts one pod, as far as its disruption budget allows");
    spec.permissions = {{"get", "pods"}, {"create", "pods/eviction"}};
    spec.example =
        "- id: evict\n"
        "  do: pod.evict\n"
        "  with: {pod: kafka-0}\n"
        "  attempts: {max: 30, every: 5s}\n";
    return spec;
  }

  [[nodiscard]] Status remove(kube::Client& client,
                              const kube::Object& pod,
                              const engine::Arguments& /*arguments*/) const override {
    return client.evict(pod.ns(), pod.name(), {.uid = pod.uid(), .resource_version = {}});
  }
};

}  // namespace

const engine::Action& pod_evict() {
  static const PodEvict kAction;
  return kAction;
}

}  // namespace cfkops::actions
