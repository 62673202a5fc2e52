#include "kinds.hpp"

namespace cfkops::actions {

namespace {

class RefClaim final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "PersistentVolumeClaim"; }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList claims,
                  reader.list(kube::resources::persistent_volume_claims(), ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& claim : claims.items) {
      candidates.push_back({.texts = {"persistentvolumeclaim/" + claim.name(), claim.name()},
                            .value = {{"kind", "PersistentVolumeClaim"},
                                      {"namespace", claim.ns()},
                                      {"name", claim.name()},
                                      {"uid", claim.uid()}}});
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_claim() {
  static const RefClaim kSource;
  return kSource;
}

}  // namespace cfkops::actions
