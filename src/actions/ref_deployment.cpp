#include "kinds.hpp"

namespace cfkops::actions {

namespace {

class RefDeployment final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "Deployment"; }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList all, reader.list(kube::resources::deployments(), ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& one : all.items) {
      candidates.push_back({.texts = {"deployment/" + one.name(), one.name()},
                            .value = {{"kind", "Deployment"},
                                      {"namespace", one.ns()},
                                      {"name", one.name()},
                                      {"uid", one.uid()}}});
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_deployment() {
  static const RefDeployment kSource;
  return kSource;
}

}  // namespace cfkops::actions
