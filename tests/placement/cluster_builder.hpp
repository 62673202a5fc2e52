#pragma once

#include "cfkops/placement/placement.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

namespace cfkops::placement::test {

using Value = nlohmann::json;

/// A Ready node of 4 CPUs, 8Gi and room for 110 pods; `more` is merged over it.
inline Value node(const std::string& name, const Value& more = Value::object()) {
  Value made = {
      {"metadata",
       {{"name", name},
        {"labels", {{"kubernetes.io/hostname", name}, {"topology.kubernetes.io/zone", "a"}}}}},
      {"spec", Value::object()},
      {"status",
       {{"allocatable",
         {{"cpu", "4"}, {"memory", "8Gi"}, {"pods", "110"}, {"ephemeral-storage", "10Gi"}}},
        {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}};
  made.merge_patch(more);
  return made;
}

/// A running pod of a StatefulSet on the node; `more` is merged over it.
inline Value pod(const std::string& name,
                 const std::string& on,
                 const Value& more = Value::object()) {
  Value made = {
      {"metadata",
       {{"name", name},
        {"namespace", "kafka"},
        {"labels", {{"app", "kafka"}}},
        {"ownerReferences", {{{"kind", "StatefulSet"}, {"uid", "k"}, {"controller", true}}}}}},
      {"spec", {{"nodeName", on}, {"containers", {{{"name", "main"}}}}}},
      {"status", {{"phase", "Running"}}}};
  made.merge_patch(more);
  return made;
}

/// What is merged over a pod to have it ask for this much.
inline Value asks(const std::string& cpu, const std::string& memory = "1Gi") {
  return {{"spec",
           {{"containers",
             {{{"name", "main"},
               {"resources", {{"requests", {{"cpu", cpu}, {"memory", memory}}}}}}}}}}};
}

/// The values as the view holds them.
inline std::vector<Json> all(const std::vector<Value>& values) {
  std::vector<Json> made;
  made.reserve(values.size());
  for (const Value& value : values) {
    made.emplace_back(value);
  }
  return made;
}

/// A view of these nodes and pods, with the namespace kafka.
inline View view(const std::vector<Value>& nodes, const std::vector<Value>& pods) {
  View made;
  made.nodes = all(nodes);
  made.pods = all(pods);
  made.namespaces = all({{{"metadata", {{"name", "kafka"}, {"labels", {{"team", "data"}}}}}}});
  return made;
}

/// What draining "a" would do to its only pod.
inline Placement only(const View& of) {
  const Forecast forecast = drain(of, "a");
  return forecast.pods.size() == 1 ? forecast.pods.front() : Placement();
}

/// One pod on "a", one other node "b".
inline Placement moved(const Value& of_pod, const Value& of_node = Value::object()) {
  return only(view({node("a"), node("b", of_node)}, {pod("kafka-0", "a", of_pod)}));
}

}  // namespace cfkops::placement::test
