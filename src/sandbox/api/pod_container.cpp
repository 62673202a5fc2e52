#include "api/pod_container.hpp"

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

Answer<void> check_node(Registry& registry, const std::string& node) {
  const Kind* kind = registry.kinds().find("", "v1", "nodes");
  if (kind == nullptr) {
    return refuse(not_found("", "nodes", node));
  }
  auto found = registry.get(*kind, "", node);
  if (!found) {
    return refuse(std::move(found.error()));
  }
  return {};
}

Program* program_of(const Exchange& exchange, const Value& pod) {
  return exchange.programs == nullptr ? nullptr : exchange.programs->of(pod);
}

}  // namespace cfkops::sandbox
