#include "api/handlers.hpp"
#include "api/list_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

struct LogOptions {
  std::optional<std::int64_t> tail_lines = {};
  std::optional<std::int64_t> limit_bytes = {};
  std::optional<std::int64_t> since_seconds = {};
};

Answer<void> read_number(const Query& query,
                         std::string_view name,
                         std::optional<std::int64_t>& number) {
  if (!query.has(name)) {
    return {};
  }
  auto read = query_number(query, name);
  if (!read) {
    return refuse(std::move(read.error()));
  }
  number = *read;
  return {};
}

Answer<LogOptions> read_log_options(const Query& query) {
  LogOptions options;
  auto read = read_number(query, "sinceSeconds", options.since_seconds);
  if (read) {
    read = read_number(query, "tailLines", options.tail_lines);
  }
  if (read) {
    read = read_number(query, "limitBytes", options.limit_bytes);
  }
  if (!read) {
    return refuse(std::move(read.error()));
  }
  return options;
}

Answer<void> check_log_options(const Exchange& exchange, const LogOptions& options) {
  FieldErrors errors;
  if (options.tail_lines.value_or(0) < 0) {
    errors.invalid("tailLines", *options.tail_lines, "must be greater than or equal to 0");
  }
  if (options.limit_bytes.value_or(1) < 1) {
    errors.invalid("limitBytes", *options.limit_bytes, "must be greater than 0");
  }
  if (options.since_seconds && exchange.query.has("sinceTime")) {
    errors.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified");
  } else if (options.since_seconds.value_or(1) < 1) {
    errors.invalid("sinceSeconds", *options.since_seconds, "must be greater than 0");
  }
  if (!errors.empty()) {
    return refuse(invalid("", "PodLogOptions", exchange.route.name, errors));
  }
  return {};
}

std::vector<std::string> container_names(const Value& pod) {
  std::vector<std::string> names;
  for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    for (const Value& container : list_at(pod, {"spec", list})) {
      names.push_back(text_at(container, {"name"}));
    }
  }
  return names;
}

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

// What is there of the container: its status, or nullptr.
const Value* status_of(const Value& pod, const std::string& container) {
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

// Why the container has written nothing yet, as a kubelet says it; "" where it has begun.
std::string waiting_reason(const Value& pod, const std::string& container) {
  const Value* const status = status_of(pod, container);
  return status == nullptr ? "ContainerCreating" : text_at(*status, {"state", "waiting", "reason"});
}

bool has_ended_before(const Value& pod, const std::string& container) {
  const Value* const status = status_of(pod, container);
  return status != nullptr && find(*status, {"lastState", "terminated"}) != nullptr;
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

Answer<kube::Response> read_log(Registry& registry, Exchange& exchange) {
  const auto options = read_log_options(exchange.query);
  if (!options) {
    return refuse(options.error());
  }
  if (auto checked = check_log_options(exchange, *options); !checked) {
    return refuse(std::move(checked.error()));
  }
  const Route& route = exchange.route;
  const auto pod = registry.get(*route.kind, route.ns, route.name);
  if (!pod) {
    return refuse(pod.error());
  }
  const auto container = container_of(**pod, exchange.query.get("container"));
  if (!container) {
    return refuse(container.error());
  }
  const std::string node = text_at(**pod, {"spec", "nodeName"});
  if (node.empty()) {
    kube::Response nothing = respond_text(exchange, 204, {});
    nothing.headers.erase(nothing.headers.begin());
    return nothing;
  }
  if (auto there = check_node(registry, node); !there) {
    return refuse(std::move(there.error()));
  }
  if (query_flag(exchange.query, "previous") && !has_ended_before(**pod, *container)) {
    return refuse(bad_request(fmt::format("previous terminated container {} in pod {} not found",
                                          go_quoted(*container),
                                          go_quoted(route.name))));
  }
  if (const std::string reason = waiting_reason(**pod, *container); !reason.empty()) {
    return refuse(bad_request(fmt::format("container {} in pod {} is waiting to start: {}",
                                          go_quoted(*container),
                                          go_quoted(route.name),
                                          reason)));
  }
  // No process runs in a simulated container, so it has written nothing.
  kube::Response log = respond_text(exchange, 200, {});
  log.headers.front().value = "text/plain";
  return log;
}

Answer<kube::Response> open_stream(Registry& registry, Exchange& exchange) {
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

Refusal unavailable(std::string message) {
  Refusal refusal;
  refusal.code = 503;
  refusal.reason = "ServiceUnavailable";
  refusal.message = std::move(message);
  return refusal;
}

// Name and port of "name", "name:port" or "scheme:name:port".
std::optional<std::pair<std::string, std::string>> target_of(const std::string& id) {
  const std::size_t first = id.find(':');
  if (first == std::string::npos) {
    return std::pair(id, std::string());
  }
  const std::size_t last = id.rfind(':');
  if (last == first) {
    return std::pair(id.substr(0, first), id.substr(first + 1));
  }
  const std::string scheme = id.substr(0, first);
  if (id.find(':', first + 1) != last ||
      (scheme != "http" && scheme != "https" && !scheme.empty())) {
    return std::nullopt;
  }
  return std::pair(id.substr(first + 1, last - first - 1), id.substr(last + 1));
}

Answer<kube::Response> proxy(Registry& registry, Exchange& exchange) {
  const Route& route = exchange.route;
  const auto target = target_of(route.name);
  const std::string plural = route.kind->resource().plural;
  if (!target || target->first.empty()) {
    return refuse(bad_request(fmt::format(
        "invalid {} request {}", plural == "pods" ? "pod" : "service", go_quoted(route.name))));
  }
  const auto object = registry.get(*route.kind, route.ns, target->first);
  if (!object) {
    return refuse(object.error());
  }
  if (plural == "services") {
    return refuse(unavailable("no endpoints available for service " + go_quoted(target->first)));
  }
  const std::string ip = text_at(**object, {"status", "podIP"});
  if (plural == "pods" && ip.empty()) {
    return refuse(bad_request("address not allowed"));
  }
  return refuse(unavailable(
      fmt::format("error trying to reach service: dial tcp {}:{}: connect: connection refused",
                  ip,
                  target->second.empty() ? "80" : target->second)));
}

}  // namespace

Answer<kube::Response> serve_pod_stream(Registry& registry, Exchange& exchange) {
  if (exchange.route.subresource == "log") {
    return read_log(registry, exchange);
  }
  if (exchange.route.subresource == "proxy") {
    return proxy(registry, exchange);
  }
  return open_stream(registry, exchange);
}

}  // namespace cfkops::sandbox
