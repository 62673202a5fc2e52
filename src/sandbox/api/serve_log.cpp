#include "api/handlers.hpp"
#include "api/list_options.hpp"
#include "api/pod_container.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

// Why the container has written nothing yet, as a kubelet says it; "" where it has begun.
std::string waiting_reason(const Value& pod, const std::string& container) {
  const Value* const status = container_status(pod, container);
  return status == nullptr ? "ContainerCreating" : text_at(*status, {"state", "waiting", "reason"});
}

bool has_ended_before(const Value& pod, const std::string& container) {
  const Value* const status = container_status(pod, container);
  return status != nullptr && find(*status, {"lastState", "terminated"}) != nullptr;
}

}  // namespace

Answer<kube::Response> serve_log(Registry& registry, Exchange& exchange) {
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

}  // namespace cfkops::sandbox
