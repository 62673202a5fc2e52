#include "node_pods.hpp"

#include <algorithm>

namespace cfkops::actions {
namespace {

bool stays(const kube::Object& pod) {
  const std::string phase = pod.json().string_or("/status/phase", "");
  if (phase == "Succeeded" || phase == "Failed" ||
      pod.annotation("kubernetes.io/config.mirror").has_value()) {
    return true;
  }
  const std::vector<Json> owners = pod.json().items("/metadata/ownerReferences");
  return std::any_of(owners.begin(), owners.end(), [](const Json& owner) {
    return owner.bool_or("/controller", false) && owner.string_or("/kind", "") == "DaemonSet";
  });
}

}  // namespace

std::vector<Json> jsons_of(const kube::ObjectList& list) {
  std::vector<Json> all;
  all.reserve(list.items.size());
  for (const kube::Object& object : list.items) {
    all.push_back(object.json());
  }
  return all;
}

Result<std::vector<Json>> pods_to_evict(kube::Reader& reader, const std::string& node) {
  CFKOPS_TRY(reader.get(kube::resources::nodes(), "", node));
  CFKOPS_ASSIGN(const kube::ObjectList pods,
                reader.list(kube::resources::pods(),
                            "",
                            {.label_selector = {}, .field_selector = "spec.nodeName=" + node}));
  std::vector<Json> going;
  for (const kube::Object& pod : pods.items) {
    if (!stays(pod)) {
      going.push_back(pod.json());
    }
  }
  return going;
}

}  // namespace cfkops::actions
