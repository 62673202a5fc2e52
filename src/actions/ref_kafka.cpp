#include "kinds.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"

namespace cfkops::actions {

namespace {

class RefKafka final : public engine::RefSource {
 public:
  [[nodiscard]] std::string kind() const override { return "Kafka"; }

  [[nodiscard]] std::vector<runbook::PermissionSpec> permissions() const override {
    return {{"list", "statefulsets.apps"}, {"get", "pods/proxy"}};
  }

  [[nodiscard]] Result<std::vector<engine::RefCandidate>> find(
      kube::Reader& reader, const std::string& ns) const override {
    CFKOPS_ASSIGN(const std::vector<kafka::Target> targets, kafka::find_targets(reader, ns));
    std::vector<engine::RefCandidate> candidates;
    for (const kafka::Target& target : targets) {
      engine::RefCandidate candidate;
      candidate.texts = {base::lower(target.kind) + "/" + target.name, target.name};
      if (target.kind != "StatefulSet") {
        candidate.texts.push_back("statefulset/" + target.broker_set);
      }
      candidate.value = {{"kind", target.kind},
                         {"namespace", target.ns},
                         {"name", target.name},
                         {"uid", target.uid}};
      candidates.push_back(std::move(candidate));
    }
    return candidates;
  }
};

}  // namespace

const engine::RefSource& ref_kafka() {
  static const RefKafka kSource;
  return kSource;
}

}  // namespace cfkops::actions
