#include "kinds.hpp"

namespace cfkops::actions {

namespace {

class RefNode final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "Node"; }

  [[nodiscard]] std::vector<runbook::PermissionSpec> permissions() const override {
    return {{"list", "nodes"}};
  }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& /*ns*/) const override {
    CFKOPS_ASSIGN(const kube::ObjectList nodes, reader.list(kube::resources::nodes(), ""));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& node : nodes.items) {
      candidates.push_back(
          {.texts = {"node/" + node.name(), node.name()},
           .value = {
               {"kind", "Node"}, {"namespace", ""}, {"name", node.name()}, {"uid", node.uid()}}});
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_node() {
  static const RefNode kSource;
  return kSource;
}

}  // namespace cfkops::actions
