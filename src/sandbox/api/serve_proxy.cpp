#include "api/handlers.hpp"
#include "api/pod_container.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

struct ProxyTarget {
  std::string scheme;
  std::string name;
  std::string port;
};

Refusal unavailable(const std::string& message) {
  return bare_refusal(503, "ServiceUnavailable", message);
}

Refusal unreachable(const std::string& why) {
  return unavailable("error trying to reach service: " + why);
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional<int>(number) : std::nullopt;
}

// Of "name", "name:port" or "scheme:name:port".
std::optional<ProxyTarget> target_of(const std::string& id) {
  const std::size_t first = id.find(':');
  if (first == std::string::npos) {
    return ProxyTarget{"", id, ""};
  }
  const std::size_t last = id.rfind(':');
  if (last == first) {
    return ProxyTarget{"", id.substr(0, first), id.substr(first + 1)};
  }
  std::string scheme = id.substr(0, first);
  if (id.find(':', first + 1) != last ||
      (scheme != "http" && scheme != "https" && !scheme.empty())) {
    return std::nullopt;
  }
  return ProxyTarget{
      std::move(scheme), id.substr(first + 1, last - first - 1), id.substr(last + 1)};
}

// What stands behind ".../proxy" in the path as it was sent: "" or "/…".
std::string_view rest_of(std::string_view path, const Route& route) {
  int words = route.ns.empty() ? 5 : 7;
  std::size_t at = 0;
  while (words-- > 0 && at < path.size()) {
    at = std::min(path.find_first_not_of('/', at), path.size());
    at = std::min(path.find('/', at), path.size());
  }
  return path.substr(at);
}

// The request as it comes out of the API server, without what was meant for that alone.
kube::Request forwarded(const kube::Request& request,
                        std::string_view rest,
                        std::string_view query) {
  kube::Request next = request;
  std::erase_if(next.headers, [](const kube::Header& header) {
    constexpr std::string_view kFirst = "aAcCuU";
    if (header.name.empty() || kFirst.find(header.name.front()) == std::string_view::npos) {
      return false;
    }
    const std::string name = base::lower(header.name);
    return name == "authorization" || name == "connection" || name == "upgrade";
  });
  next.target = rest.empty() ? "/" : rest;
  if (!query.empty()) {
    next.target += "?" + std::string(query);
  }
  return next;
}

// A bare path of a proxy is led to the one with a slash.
kube::Response led_on(std::string_view path, std::string_view query) {
  kube::Response response;
  response.status = 301;
  std::string location = std::string(path) + "/";
  if (!query.empty()) {
    location += "?" + std::string(query);
  }
  response.headers.push_back({"Location", std::move(location)});
  return response;
}

Answer<kube::Response> call(Registry& registry,
                            const Exchange& exchange,
                            const Value& pod,
                            const ProxyTarget& target) {
  const bool tls = target.scheme == "https";
  const std::string port_text = !target.port.empty() ? target.port : tls ? "443" : "80";
  const auto port = number_of(port_text);
  if (!port) {
    return refuse(unreachable(fmt::format("dial tcp: lookup tcp/{}: unknown port", port_text)));
  }
  if (*port < 0 || *port > 65535) {
    return refuse(unreachable(fmt::format("dial tcp: address {}: invalid port", port_text)));
  }
  const auto [path, query] = split_target(exchange.request.target);
  const std::string_view rest = rest_of(path, exchange.route);
  const std::string& method = exchange.request.method;
  if (rest.empty() && (method == "GET" || method == "HEAD")) {
    return led_on(path, query);
  }
  const auto dial = [&] {
    return fmt::format("dial tcp {}:{}: connect: ", text_at(pod, {"status", "podIP"}), *port);
  };
  if (is_cut_off(registry, pod)) {
    return refuse(unreachable(dial() + "no route to host"));
  }
  Program* const program = program_of(exchange, pod);
  // Programs speak plain HTTP; of a TLS client they understand nothing, so they are not asked more
  // than whether they listen.
  const kube::Request request =
      tls ? kube::Request{.target = "/"} : forwarded(exchange.request, rest, query);
  auto response = program == nullptr ? std::nullopt : program->serve(pod, *port, request);
  if (!response) {
    return refuse(unreachable(dial() + "connection refused"));
  }
  if (tls) {
    return refuse(unreachable("tls: first record does not look like a TLS handshake"));
  }
  return *std::move(response);
}

// The first port that a container names, as a pod's own proxy takes it.
std::string first_port(const Value& pod) {
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    const Value& ports = list_at(container, {"ports"});
    if (!ports.empty()) {
      return std::to_string(number_at(ports.front(), {"containerPort"}));
    }
  }
  return {};
}

Answer<kube::Response> proxy_pod(Registry& registry, const Exchange& exchange, ProxyTarget target) {
  const auto pod = registry.get(*exchange.route.kind, exchange.route.ns, target.name);
  if (!pod) {
    return refuse(pod.error());
  }
  if (text_at(**pod, {"status", "podIP"}).empty()) {
    return refuse(bad_request("address not allowed"));
  }
  if (target.port.empty()) {
    target.port = first_port(**pod);
  }
  return call(registry, exchange, **pod, target);
}

std::optional<std::string> port_name_of(const Value& service, int number) {
  for (const Value& port : list_at(service, {"spec", "ports"})) {
    if (number_at(port, {"port"}) == number) {
      return text_at(port, {"name"});
    }
  }
  return std::nullopt;
}

// The number that a slice gives to a port; none where it has no such.
std::optional<std::int64_t> slice_port(const Value& slice, const std::string& name) {
  for (const Value& port : list_at(slice, {"ports"})) {
    if (text_at(port, {"name"}) == name) {
      return number_at(port, {"port"});
    }
  }
  return std::nullopt;
}

// The first pod that is a ready endpoint in the slice.
Shared ready_pod(Registry& registry, const std::string& ns, const Value& slice) {
  const Kind* const pods = registry.kinds().find("", "v1", "pods");
  for (const Value& endpoint : list_at(slice, {"endpoints"})) {
    const std::string name = text_at(endpoint, {"targetRef", "name"});
    if (pods == nullptr || name.empty() || !flag_at(endpoint, {"conditions", "ready"}, true)) {
      continue;
    }
    if (auto pod = registry.get(*pods, ns, name)) {
      return *pod;
    }
  }
  return nullptr;
}

Answer<kube::Response> proxy_service(Registry& registry,
                                     const Exchange& exchange,
                                     const ProxyTarget& target) {
  const Route& route = exchange.route;
  const auto service = registry.get(*route.kind, route.ns, target.name);
  if (!service) {
    return refuse(service.error());
  }
  std::string port_name = target.port;
  if (const auto number = number_of(target.port)) {
    const auto named = port_name_of(**service, *number);
    if (!named) {
      return refuse(unavailable(
          fmt::format("no service port {} found for service {}", *number, go_quoted(target.name))));
    }
    port_name = *named;
  }
  const Kind* const slices = registry.kinds().find("discovery.k8s.io", "v1", "endpointslices");
  for (const Shared& slice : registry.list(*slices, route.ns)) {
    if (text_at(*slice, {"metadata", "labels", "kubernetes.io/service-name"}) != target.name) {
      continue;
    }
    const auto port = slice_port(*slice, port_name);
    const Shared pod = port ? ready_pod(registry, route.ns, *slice) : nullptr;
    if (pod != nullptr) {
      return call(registry, exchange, *pod, {target.scheme, target.name, std::to_string(*port)});
    }
  }
  return refuse(unavailable("no endpoints available for service " +
                            go_quoted(target.port.empty() ? target.name : route.name)));
}

}  // namespace

Answer<kube::Response> serve_proxy(Registry& registry, Exchange& exchange) {
  const Route& route = exchange.route;
  auto target = target_of(route.name);
  const std::string& plural = route.kind->resource().plural;
  if (!target || target->name.empty()) {
    return refuse(bad_request(fmt::format(
        "invalid {} request {}", plural.substr(0, plural.size() - 1), go_quoted(route.name))));
  }
  if (plural == "pods") {
    return proxy_pod(registry, exchange, *std::move(target));
  }
  if (plural == "services") {
    return proxy_service(registry, exchange, *target);
  }
  const auto [path, query] = split_target(exchange.request.target);
  const std::string_view rest = rest_of(path, route);
  return rest.empty() ? Answer<kube::Response>(led_on(path, query))
                      : serve_kubelet(registry, exchange, target->name, rest);
}

}  // namespace cfkops::sandbox
