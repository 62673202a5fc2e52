#include "kinds.hpp"
#include "node_schedule.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

namespace {

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
    runbook::ActionSpec spec = begin_spec("node.uncordon",
                                          "has a cordoned node take new pods again",
                                          "it was cordoned, and is not now");
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
