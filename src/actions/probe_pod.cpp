#include "probe_pod.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::actions {

using nlohmann::json;

json probe_pod(const std::string& ns, const std::string& name) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", name},
            {"namespace", ns},
            {"ownerReferences",
             json::array({{{"apiVersion", "apps/v1"},
                           {"kind", "ReplicaSet"},
                           {"name", name},
                           {"uid", name},
                           {"controller", true}}})}}},
          {"spec", {{"containers", json::array({{{"name", "it"}, {"image", "it"}}})}}}};
}

void pin_to_node(json& pod, const std::string& node) {
  pod["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] = {
      {"nodeSelectorTerms",
       json::array({{{"matchFields",
                      json::array({{{"key", "metadata.name"},
                                    {"operator", "In"},
                                    {"values", json::array({node})}}})}}})}};
}

}  // namespace cfkops::actions
