#include "api/log_source.hpp"

#include "api/pod_container.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

// The run of the container whose log is there: as it stands in its status, or nullptr.
const Value* run_of(const Value* status, bool previous) {
  if (status == nullptr) {
    return nullptr;
  }
  if (!previous) {
    for (const std::string_view state : {"running", "terminated"}) {
      if (const Value* run = find(*status, {"state", state}); run != nullptr) {
        return run;
      }
    }
  }
  return find(*status, {"lastState", "terminated"});
}

// Why the container has written nothing yet, as a kubelet says it.
std::string waiting_text(const Value* status) {
  const std::string reason =
      status == nullptr ? "ContainerCreating" : text_at(*status, {"state", "waiting", "reason"});
  if (reason == "ErrImagePull") {
    return "image can't be pulled";
  }
  return reason == "ImagePullBackOff" ? "trying and failing to pull image" : reason;
}

Refusal without_run(const LogSource& source, const Value* status) {
  const std::string container = go_quoted(source.container);
  const std::string pod = go_quoted(name_of(*source.pod));
  return bad_request(
      source.previous
          ? fmt::format("previous terminated container {} in pod {} not found", container, pod)
          : fmt::format("container {} in pod {} is waiting to start: {}",
                        container,
                        pod,
                        waiting_text(status)));
}

}  // namespace

bool LogSource::unscheduled() const {
  return text_at(*pod, {"spec", "nodeName"}).empty();
}

std::string LogSource::text(const Programs& programs, bool of_last_run) const {
  const Program* const program = programs.of(*pod);
  return program == nullptr ? std::string() : program->log(*pod, container, of_last_run);
}

Answer<LogSource> find_log(Registry& registry, const Exchange& exchange, bool previous) {
  const Route& route = exchange.route;
  auto pod = registry.get(*route.kind, route.ns, route.name);
  if (!pod) {
    return refuse(std::move(pod.error()));
  }
  auto container = container_of(**pod, exchange.query.get("container"));
  if (!container) {
    return refuse(std::move(container.error()));
  }
  LogSource source{.pod = *pod, .container = *container, .previous = previous};
  if (source.unscheduled()) {
    return source;
  }
  const std::string path = fmt::format("/containerLogs/{}/{}/{}", route.ns, route.name, *container);
  if (auto there = check_node(registry, text_at(**pod, {"spec", "nodeName"}), path); !there) {
    return refuse(std::move(there.error()));
  }
  const Value* const status = container_status(**pod, *container);
  const Value* const run = run_of(status, previous);
  if (run == nullptr) {
    return refuse(without_run(source, status));
  }
  source.running = !previous && find(*status, {"state", "running"}) != nullptr;
  source.restarts = number_at(*status, {"restartCount"});
  // Of one that waits for its next run, the last one is still the program's current.
  source.previous = previous && find(*status, {"state", "waiting"}) == nullptr;
  const auto begin = base::parse_rfc3339(text_at(*run, {"startedAt"}));
  source.begin = begin ? *begin : registry.timeline().wall();
  return source;
}

kube::Response log_head(const Exchange& exchange, const LogSource& source) {
  kube::Response head = respond_text(exchange, source.unscheduled() ? 204 : 200, {});
  if (source.unscheduled()) {
    head.headers.erase(head.headers.begin());
  } else {
    head.headers.front().value = "text/plain";
  }
  return head;
}

}  // namespace cfkops::sandbox
