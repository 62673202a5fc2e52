#include "api/exec_stream.hpp"
#include "api/handlers.hpp"
#include "api/pod_container.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::array<std::string_view, 2> kProtocols = {"v5.channel.k8s.io", "v4.channel.k8s.io"};

struct ExecTarget {
  Shared pod;
  std::string container;
};

Answer<ExecTarget> find_target(Registry& registry, const Exchange& exchange) {
  const Route& route = exchange.route;
  const auto pod = registry.get(*route.kind, route.ns, route.name);
  if (!pod) {
    return refuse(pod.error());
  }
  ExecTarget target{*pod, {}};
  if (route.subresource != "portforward") {
    auto container = container_of(**pod, exchange.query.get("container"));
    if (!container) {
      return refuse(std::move(container.error()));
    }
    target.container = *std::move(container);
  }
  const std::string node = text_at(**pod, {"spec", "nodeName"});
  if (node.empty()) {
    return refuse(bad_request(fmt::format("pod {} does not have a host assigned", route.name)));
  }
  if (auto there = check_node(registry, node); !there) {
    return refuse(std::move(there.error()));
  }
  if (route.subresource != "exec") {
    return refuse(internal_error(fmt::format(
        "the sandbox does not simulate {}; use logs, exec or the pod's proxy", route.subresource)));
  }
  return target;
}

// The first that the client offers and the server knows. Refused: none.
Answer<std::string> choose_protocol(const Exchange& exchange) {
  std::vector<std::string> offered;
  for (const std::string& one : base::split(exchange.header("Sec-WebSocket-Protocol"), ',')) {
    offered.emplace_back(base::trim(one));
    if (std::ranges::find(kProtocols, offered.back()) != kProtocols.end()) {
      return offered.back();
    }
  }
  return refuse(
      bad_request(fmt::format("requested protocol(s) are not supported: [{}]; supports [{}]",
                              fmt::join(offered, " "),
                              fmt::join(kProtocols, " "))));
}

}  // namespace

Answer<kube::Response> serve_exec(Registry& registry, Exchange& exchange) {
  const auto target = find_target(registry, exchange);
  if (!target) {
    return refuse(target.error());
  }
  if (exchange.header("Upgrade").empty()) {
    return refuse(bad_request("Upgrade request required"));
  }
  return refuse(
      internal_error("the sandbox runs commands over WebSocket only, not over SPDY; use a client "
                     "that speaks it, as kubectl does since 1.31"));
}

Answer<void> open_exec(Registry& registry, Exchange& exchange, SocketPeer& peer) {
  const auto target = find_target(registry, exchange);
  if (!target) {
    return refuse(target.error());
  }
  auto protocol = choose_protocol(exchange);
  if (!protocol) {
    return refuse(std::move(protocol.error()));
  }
  ExecStream(exchange, *target->pod, target->container, *std::move(protocol))
      .run(peer, registry.timeline().now());
  return {};
}

}  // namespace cfkops::sandbox
