#include "api/handlers.hpp"
#include "api/pod_container.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

Answer<kube::Response> serve_exec(Registry& registry, Exchange& exchange) {
  const Route& route = exchange.route;
  const auto pod = registry.get(*route.kind, route.ns, route.name);
  if (!pod) {
    return refuse(pod.error());
  }
  if (route.subresource != "portforward") {
    const auto container = container_of(**pod, exchange.query.get("container"));
    if (!container) {
      return refuse(container.error());
    }
  }
  const std::string node = text_at(**pod, {"spec", "nodeName"});
  if (node.empty()) {
    return refuse(bad_request(fmt::format("pod {} does not have a host assigned", route.name)));
  }
  if (auto there = check_node(registry, node); !there) {
    return refuse(std::move(there.error()));
  }
  return refuse(internal_error("a simulated node runs no processes to connect to"));
}

}  // namespace cfkops::sandbox
