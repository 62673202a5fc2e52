#include "bootstrap.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr int kNodes = 3;

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

Value status(const std::string& name, int number, std::string_view now) {
  const Value resources = {{"cpu", "8"},
                           {"ephemeral-storage", "200Gi"},
                           {"hugepages-1Gi", "0"},
                           {"hugepages-2Mi", "0"},
                           {"memory", "32Gi"},
                           {"pods", "110"}};
  return {
      {"capacity", resources},
      {"allocatable", resources},
      {"conditions", conditions(now)},
      {"addresses",
       Value::array({{{"type", "InternalIP"}, {"address", fmt::format("10.0.0.{}", 10 + number)}},
                     {{"type", "Hostname"}, {"address", name}}})},
      {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", 10250}}}}},
      {"nodeInfo",
       {{"architecture", "amd64"},
        {"bootID", fmt::format("00000000-0000-4000-8000-0000000001{:02}", number)},
        {"containerRuntimeVersion", "containerd://2.1.5"},
        {"kernelVersion", "6.1.0-41-amd64"},
        {"kubeProxyVersion", ""},
        {"kubeletVersion", "v1.34.4"},
        {"machineID", fmt::format("000000000000400080000000000002{:02}", number)},
        {"operatingSystem", "linux"},
        {"osImage", "Debian GNU/Linux 12 (bookworm)"},
        {"systemUUID", fmt::format("00000000-0000-4000-8000-0000000003{:02}", number)}}}};
}

Value node(int number, std::string_view now) {
  const std::string name = fmt::format("node-{}", number);
  const std::string pods = fmt::format("10.244.{}.0/24", number);
  return {{"metadata",
           {{"name", name},
            {"labels",
             {{"beta.kubernetes.io/arch", "amd64"},
              {"beta.kubernetes.io/os", "linux"},
              {"kubernetes.io/arch", "amd64"},
              {"kubernetes.io/hostname", name},
              {"kubernetes.io/os", "linux"},
              {"topology.kubernetes.io/region", "sandbox"},
              {"topology.kubernetes.io/zone", fmt::format("zone-{}", number)}}},
            {"annotations",
             {{"node.alpha.kubernetes.io/ttl", "0"},
              {"sandbox.cfkops.dev/kubelet", "true"},
              {"volumes.kubernetes.io/controller-managed-attach-detach", "true"}}}}},
          {"spec", {{"podCIDR", pods}, {"podCIDRs", Value::array({pods})}}},
          {"status", status(name, number, now)}};
}

}  // namespace

Value default_nodes(std::string_view now) {
  Value nodes = Value::array();
  for (int number = 1; number <= kNodes; ++number) {
    nodes.push_back(node(number, now));
  }
  return nodes;
}

}  // namespace cfkops::sandbox
