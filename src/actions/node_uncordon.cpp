#include "kinds.hpp"
#include "node_schedule.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

using runbook::Type;

class NodeUncordon final : public NodeSchedule {
 public:
  NodeUncordon()
      : NodeSchedule(Schedulable::Yes) {}

  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    runbook::ActionSpec spec{.name = "node.uncordon",
                             .summary = "has a cordoned node take new pods again"};
    spec.arguments = {
        {.name = "node", .type = Type::ref({"Node"}), .required = true, .help = "the node"}};
    spec.outputs = {{"changed", Type::of(Type::Kind::Bool), "it was cordoned, and is not now"},
                    {"uid", text, "of the node"},
                    {"boot_id", text, "of the node; another one after it was started again"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.permissions = {{"get", "nodes"}, {"patch", "nodes"}};
    spec.example =
        "- id: uncordon\n"
        "  do: node.uncordon\n"
        "  with: {node: \"${params.node}\"}\n";
    return spec;
  }

  /// The mark of whoever cordoned it goes too: it would tell of a cordon that is no more.
  [[nodiscard]] Json patch(const engine::Context& /*context*/,
                           const engine::Arguments& /*arguments*/) const override {
    return Json(nlohmann::json{{"metadata", {{"annotations", {{kCordonMark, nullptr}}}}},
                               {"spec", {{"unschedulable", nullptr}}}});
  }
};

}  // namespace

const engine::Action& node_uncordon() {
  static const NodeUncordon kAction;
  return kAction;
}

}  // namespace cfkops::actions
