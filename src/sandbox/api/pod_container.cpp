#include "api/pod_container.hpp"

#include "controllers/lost_node.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace cfkops::sandbox {

namespace {

std::vector<std::string> container_names(const Value& pod) {
  std::vector<std::string> names;
  for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    for (const Value& container : list_at(pod, {"spec", list})) {
      names.push_back(text_at(container, {"name"}));
    }
  }
  return names;
}

Answer<Shared> node_of(Registry& registry, const std::string& name) {
  const Kind* const kind = registry.kinds().find("", "v1", "nodes");
  return kind == nullptr ? Answer<Shared>(refuse(not_found("", "nodes", name)))
                         : registry.get(*kind, "", name);
}

}  // namespace

Answer<std::string> container_of(const Value& pod, const std::string& asked) {
  const std::string pod_name = name_of(pod);
  const std::vector<std::string> all = container_names(pod);
  if (!asked.empty()) {
    if (std::ranges::find(all, asked) == all.end()) {
      return refuse(
          bad_request(fmt::format("container {} is not valid for pod {}", asked, pod_name)));
    }
    return asked;
  }
  const Value& containers = list_at(pod, {"spec", "containers"});
  if (containers.size() == 1) {
    return text_at(containers.front(), {"name"});
  }
  const std::string message =
      fmt::format("a container name must be specified for pod {}", pod_name);
  return refuse(bad_request(
      containers.empty() ? message
                         : fmt::format("{}, choose one of: [{}]", message, fmt::join(all, " "))));
}

const Value* container_status(const Value& pod, const std::string& container) {
  for (const std::string_view list :
       {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"}) {
    for (const Value& status : list_at(pod, {"status", list})) {
      if (text_at(status, {"name"}) == container) {
        return &status;
      }
    }
  }
  return nullptr;
}

std::string address_of(const Value& node) {
  for (const Value& address : list_at(node, {"status", "addresses"})) {
    if (text_at(address, {"type"}) == "InternalIP") {
      return text_at(address, {"address"});
    }
  }
  return name_of(node);
}

Answer<void> check_node(Registry& registry, const std::string& name, std::string_view path) {
  const Answer<Shared> node = node_of(registry, name);
  if (!node) {
    return refuse(node.error());
  }
  if (!is_lost(**node)) {
    return {};
  }
  const std::string kubelet = address_of(**node) + ":10250";
  Refusal refusal;
  refusal.reason.clear();
  refusal.message = fmt::format("{}: dial tcp {}: connect: no route to host",
                                path.empty() ? std::string("error dialing backend")
                                             : fmt::format("Get \"https://{}{}\"", kubelet, path),
                                kubelet);
  return refuse(std::move(refusal));
}

bool is_cut_off(Registry& registry, const Value& pod) {
  const Answer<Shared> node = node_of(registry, text_at(pod, {"spec", "nodeName"}));
  return node && is_lost(**node);
}

Program* program_of(const Exchange& exchange, const Value& pod) {
  return exchange.programs == nullptr ? nullptr : exchange.programs->of(pod);
}

}  // namespace cfkops::sandbox
