#include "kinds.hpp"
#include "node_schedule.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

class NodeCordon final : public NodeSchedule {
 public:
  NodeCordon()
      : NodeSchedule(Schedulable::No) {}

  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

 private:
  static runbook::ActionSpec make_spec() {
    runbook::ActionSpec spec = begin_spec("node.cordon",
                                          "has a node take no new pods, and says there who and why",
                                          "this run has cordoned it");
    spec.arguments.push_back(
        {.name = "reason",
         .type = runbook::Type::of(runbook::Type::Kind::String),
         .required = true,
         .help = "why; it stands on the node, in the annotation cfkops.dev/cordon"});
    spec.example =
        "- id: cordon\n"
        "  do: node.cordon\n"
        "  with:\n"
        "    node: ${params.node}\n"
        "    reason: a new kernel\n";
    return spec;
  }

  [[nodiscard]] Json patch(const engine::Context& context,
                           const engine::Arguments& arguments) const override {
    const nlohmann::json mark = {
        {"run", context.run_id}, {"who", context.who}, {"reason", arguments.string("reason")}};
    return Json(nlohmann::json{{"metadata", {{"annotations", {{kCordonMark, mark.dump()}}}}},
                               {"spec", {{"unschedulable", true}}}});
  }
};

}  // namespace

const engine::Action& node_cordon() {
  static const NodeCordon kAction;
  return kAction;
}

}  // namespace cfkops::actions
