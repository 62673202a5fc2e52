#include "kinds.hpp"

namespace cfkops::actions {

namespace {

class RefStatefulSet final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "StatefulSet"; }

  [[nodiscard]] std::vector<runbook::PermissionSpec> permissions() const override {
    return {{"list", "statefulsets.apps"}};
  }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList sets, reader.list(kube::resources::stateful_sets(), ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& set : sets.items) {
      candidates.push_back({.texts = {"statefulset/" + set.name(), set.name()},
                            .value = {{"kind", "StatefulSet"},
                                      {"namespace", set.ns()},
                                      {"name", set.name()},
                                      {"uid", set.uid()}}});
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_stateful_set() {
  static const RefStatefulSet kSource;
  return kSource;
}

}  // namespace cfkops::actions
