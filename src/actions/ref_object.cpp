#include "kinds.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::actions {

namespace {

/// Objects of a built-in kind, by name.
class RefObject final : public engine::RefSource {
 public:
  explicit RefObject(const kube::Resource& resource)
      : resource_(resource) {}

  [[nodiscard]] std::string kind() const override { return resource_.kind; }

  [[nodiscard]] std::vector<runbook::PermissionSpec> permissions() const override {
    return {{"list", resource_.full_name()}};
  }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const kube::ObjectList all,
                  reader.list(resource_, resource_.namespaced ? ns : ""));
    std::vector<engine::RefCandidate> candidates;
    candidates.reserve(all.items.size());
    for (const kube::Object& one : all.items) {
      candidates.push_back({.texts = {base::lower(resource_.kind) + "/" + one.name(), one.name()},
                            .value = {{"kind", resource_.kind},
                                      {"namespace", one.ns()},
                                      {"name", one.name()},
                                      {"uid", one.uid()}}});
    }
    return candidates;
  }

 private:
  const kube::Resource& resource_;
};

}  // namespace

const engine::RefSource& ref_claim() {
  static const RefObject kSource(kube::resources::persistent_volume_claims());
  return kSource;
}

const engine::RefSource& ref_daemon_set() {
  static const RefObject kSource(kube::resources::daemon_sets());
  return kSource;
}

const engine::RefSource& ref_deployment() {
  static const RefObject kSource(kube::resources::deployments());
  return kSource;
}

const engine::RefSource& ref_node() {
  static const RefObject kSource(kube::resources::nodes());
  return kSource;
}

const engine::RefSource& ref_resource_quota() {
  static const RefObject kSource(kube::resources::resource_quotas());
  return kSource;
}

const engine::RefSource& ref_stateful_set() {
  static const RefObject kSource(kube::resources::stateful_sets());
  return kSource;
}

}  // namespace cfkops::actions
