#include "bootstrap.hpp"
#include "seed.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

/// One node of a group; numbers of nodes count from 1.
struct Place {
  const NodeGroup& group;
  int in_group;
  int in_cluster;
};

Value condition(const char* type,
                const char* status,
                const char* reason,
                const char* message,
                std::string_view now) {
  return {{"type", type},
          {"status", status},
          {"reason", reason},
          {"message", message},
          {"lastHeartbeatTime", std::string(now)},
          {"lastTransitionTime", std::string(now)}};
}

Value conditions(std::string_view now) {
  return Value::array(
      {condition("MemoryPressure",
                 "False",
                 "KubeletHasSufficientMemory",
                 "kubelet has sufficient memory available",
                 now),
       condition("DiskPressure",
                 "False",
                 "KubeletHasNoDiskPressure",
                 "kubelet has no disk pressure",
                 now),
       condition("PIDPressure",
                 "False",
                 "KubeletHasSufficientPID",
                 "kubelet has sufficient PID available",
                 now),
       condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now)});
}

std::string address(int number) {
  const int last = 10 + number;
  return fmt::format("10.0.{}.{}", last / 256, last % 256);
}

std::string pod_range(int number) {
  return fmt::format("10.{}.{}.0/24", 244 + number / 256, number % 256);
}

std::string zone(const Place& place) {
  const auto index = static_cast<std::size_t>(place.in_group - 1);
  const std::vector<std::string>& zones = place.group.zones;
  return zones.empty() ? fmt::format("zone-{}", place.in_group) : zones.at(index % zones.size());
}

Value status(const std::string& name, const Place& place, std::string_view now) {
  const int number = place.in_cluster;
  const Value resources = {{"cpu", place.group.cpu},
                           {"ephemeral-storage", "200Gi"},
                           {"hugepages-1Gi", "0"},
                           {"hugepages-2Mi", "0"},
                           {"memory", place.group.memory},
                           {"pods", std::to_string(place.group.pods)}};
  return {{"capacity", resources},
          {"allocatable", resources},
          {"conditions", conditions(now)},
          {"addresses",
           Value::array({{{"type", "InternalIP"}, {"address", address(number)}},
                         {{"type", "Hostname"}, {"address", name}}})},
          {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", 10250}}}}},
          {"nodeInfo",
           {{"architecture", "amd64"},
            {"bootID", fmt::format("00000000-0000-4000-8000-00000001{:04}", number)},
            {"containerRuntimeVersion", "containerd://2.1.5"},
            {"kernelVersion", "6.1.0-41-amd64"},
            {"kubeProxyVersion", ""},
            {"kubeletVersion", "v1.34.4"},
            {"machineID", fmt::format("0000000000004000800000000002{:04}", number)},
            {"operatingSystem", "linux"},
            {"osImage", "Debian GNU/Linux 12 (bookworm)"},
            {"systemUUID", fmt::format("00000000-0000-4000-8000-00000003{:04}", number)}}}};
}

Value node(const Place& place, std::string_view now) {
  const std::string name = fmt::format("{}-{}", place.group.prefix, place.in_group);
  const std::string pods = pod_range(place.in_cluster);
  return {{"metadata",
           {{"name", name},
            {"labels",
             {{"beta.kubernetes.io/arch", "amd64"},
              {"beta.kubernetes.io/os", "linux"},
              {"kubernetes.io/arch", "amd64"},
              {"kubernetes.io/hostname", name},
              {"kubernetes.io/os", "linux"},
              {"topology.kubernetes.io/region", "sandbox"},
              {"topology.kubernetes.io/zone", zone(place)}}},
            {"annotations",
             {{"node.alpha.kubernetes.io/ttl", "0"},
              {"sandbox.cfkops.dev/kubelet", "true"},
              {"volumes.kubernetes.io/controller-managed-attach-detach", "true"}}}}},
          {"spec", {{"podCIDR", pods}, {"podCIDRs", Value::array({pods})}}},
          {"status", status(name, place, now)}};
}

}  // namespace

Value scenario_nodes(const std::vector<NodeGroup>& groups, std::string_view now) {
  Value nodes = Value::array();
  int in_cluster = 0;
  for (const NodeGroup& group : groups) {
    for (int in_group = 1; in_group <= group.count; ++in_group) {
      nodes.push_back(node({group, in_group, ++in_cluster}, now));
    }
  }
  return nodes;
}

Value default_nodes(std::string_view now) {
  return scenario_nodes({NodeGroup{}}, now);
}

}  // namespace cfkops::sandbox
