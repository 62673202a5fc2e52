#include "kinds.hpp"
#include "quota_room.hpp"

namespace cfkops::actions {

namespace {

class RefResourceQuota final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "ResourceQuota"; }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList quotas, reader.list(resource_quotas(), ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kube::Object& quota : quotas.items) {
      candidates.push_back({.texts = {"resourcequota/" + quota.name(), quota.name()},
                            .value = {{"kind", "ResourceQuota"},
                                      {"namespace", quota.ns()},
                                      {"name", quota.name()},
                                      {"uid", quota.uid()}}});
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_resource_quota() {
  static const RefResourceQuota kSource;
  return kSource;
}

}  // namespace cfkops::actions
