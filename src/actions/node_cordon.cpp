#include "kinds.hpp"
#include "node_schedule.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using runbook::Type;

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
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "node.cordon",
                             .summary = "has a node take no new pods, and says there who and why"};
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"},
        {.name = "reason",
         .type = text,
         .required = true,
         .help = "why; it stands on the node, in the annotation cfkops.dev/cordon"}};
    spec.outputs = {{"changed", Type::of(Type::Kind::Bool), "this run has cordoned it"},
                    {"uid", text, "of the node"},
                    {"boot_id", text, "of the node; another one after it was started again"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.permissions = {{"get", "nodes"}, {"patch", "nodes"}};
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
