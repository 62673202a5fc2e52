#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace cfkops::test {

inline const std::string kPods = "/api/v1/namespaces/confluent/pods";
inline const std::string kSets = "/apis/apps/v1/namespaces/confluent/statefulsets";

inline nlohmann::json pod(const std::string& name, const std::string& uid) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", name}, {"namespace", "confluent"}, {"uid", uid}, {"resourceVersion", "7"}}},
          {"status", {{"phase", "Running"}}}};
}

/// A StatefulSet of three, rolled out.
inline nlohmann::json stateful_set(const std::string& name) {
  return {
      {"apiVersion", "apps/v1"},
      {"kind", "StatefulSet"},
      {"metadata",
       {{"name", name},
        {"namespace", "confluent"},
        {"uid", "s1"},
        {"resourceVersion", "7"},
        {"generation", 2}}},
      {"spec",
       {{"replicas", 3},
        {"updateStrategy", {{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}}}}},
      {"status",
       {{"observedGeneration", 2},
        {"replicas", 3},
        {"readyReplicas", 3},
        {"updatedReplicas", 3},
        {"currentRevision", "r2"},
        {"updateRevision", "r2"}}}};
}

}  // namespace cfkops::test
