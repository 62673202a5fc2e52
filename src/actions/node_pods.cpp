#include "node_pods.hpp"

#include "owner.hpp"

namespace cfkops::actions {
namespace {

bool stays(const kube::Object& pod) {
  return kube::pod_ended(pod) || pod.annotation("kubernetes.io/config.mirror").has_value() ||
         controller_of(pod).string_or("/kind", "") == "DaemonSet";
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
