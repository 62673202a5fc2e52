#include "cfkops/logs/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace cfkops::logs {

namespace {

std::optional<WallTime> time_at(const Json& json, std::string_view pointer) {
  const auto time = base::parse_rfc3339(json.string_or(pointer, ""));
  return time ? std::optional<WallTime>(*time) : std::nullopt;
}

class Finder {
 public:
  Finder(kube::Reader& reader, const Selection& selection)
      : reader_(reader),
        selection_(selection) {}

  /// The pods of a namespace.
  Status add_in(const std::string& ns) {
    if (selection_.names.empty()) {
      return add_list(ns, selection_.label_selector);
    }
    for (const std::string& name : selection_.names) {
      CFKOPS_TRY(add_named(ns, name));
    }
    return {};
  }

  Status add_named(const std::string& ns, const std::string& name) {
    const std::size_t slash = name.find('/');
    const std::string kind = slash == std::string::npos ? "pod" : name.substr(0, slash);
    CFKOPS_ASSIGN(const kube::Resource resource, reader_.discover(kind));
    CFKOPS_ASSIGN(
        const kube::Object object,
        reader_.get(resource, ns, slash == std::string::npos ? name : name.substr(slash + 1)));
    if (resource == kube::resources::pods()) {
      add(object);
      return {};
    }
    return add_pods_of(object, ns);
  }

  std::vector<kube::Object> take() {
    std::vector<kube::Object> pods;
    for (auto& [key, pod] : pods_) {
      pods.push_back(std::move(pod));
    }
    return pods;
  }

 private:
  /// By its selector; what has none, as a resource of CFK, by those of the sets that it owns.
  Status add_pods_of(const kube::Object& object, const std::string& ns) {
    const std::string selector = kube::selector_text(object.json().get("/spec/selector"));
    if (!selector.empty()) {
      return add_list(ns, selector);
    }
    CFKOPS_ASSIGN(const kube::ObjectList sets, reader_.list(kube::resources::stateful_sets(), ns));
    bool any = false;
    for (const kube::Object& set : sets.items) {
      if (!kube::owned_by(set, object)) {
        continue;
      }
      any = true;
      CFKOPS_TRY(add_list(ns, kube::selector_text(set.json().get("/spec/selector"))));
    }
    return any ? Status()
               : make_error(ErrorCode::NotFound,
                            object.text() + " has neither a selector nor a StatefulSet of its own",
                            "name pods, a workload, or give --selector");
  }

  Status add_list(const std::string& ns, const std::string& selector) {
    const kube::ListOptions options{
        .label_selector = selector,
        .field_selector = selection_.node.empty() ? "" : "spec.nodeName=" + selection_.node};
    CFKOPS_ASSIGN(const kube::ObjectList list, reader_.list(kube::resources::pods(), ns, options));
    for (const kube::Object& pod : list.items) {
      add(pod);
    }
    return {};
  }

  void add(const kube::Object& pod) {
    if (selection_.node.empty() || pod.json().string_or("/spec/nodeName", "") == selection_.node) {
      pods_.insert_or_assign(pod.ns() + "/" + pod.name(), pod);
    }
  }

  kube::Reader& reader_;
  const Selection& selection_;
  std::map<std::string, kube::Object> pods_;
};

/// What the lists of a pod are called.
struct ContainerLists {
  const char* kind;
  const char* spec;
  const char* status;
};

constexpr auto kLists = std::to_array<ContainerLists>(
    {{"init", "/spec/initContainers", "/status/initContainerStatuses"},
     {"container", "/spec/containers", "/status/containerStatuses"},
     {"ephemeral", "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"}});

Json status_of(const kube::Object& pod, const char* list, const std::string& name) {
  for (Json& status : pod.json().items(list)) {
    if (status.string_or("/name", "") == name) {
      return std::move(status);
    }
  }
  return {};
}

void add_runs(ContainerLog log,
              const Json& status,
              bool previous,
              std::vector<ContainerLog>& logs) {
  log.restarts = status.int_or("/restartCount", 0);
  const bool ran_before = status.has("/lastState/terminated");
  const bool runs = status.has("/state/running") || status.has("/state/terminated");
  if (ran_before && previous) {
    ContainerLog before = log;
    before.previous = true;
    before.started = time_at(status, "/lastState/terminated/startedAt");
    before.finished = time_at(status, "/lastState/terminated/finishedAt");
    logs.push_back(std::move(before));
  }
  if (runs) {
    const bool over = status.has("/state/terminated");
    log.started =
        time_at(status, over ? "/state/terminated/startedAt" : "/state/running/startedAt");
    log.finished = over ? time_at(status, "/state/terminated/finishedAt") : std::nullopt;
    logs.push_back(std::move(log));
  } else if (!ran_before) {
    log.waiting = status.string_or("/state/waiting/reason", "it has not been started");
    logs.push_back(std::move(log));
  } else if (!previous) {
    log.started = time_at(status, "/lastState/terminated/startedAt");
    log.finished = time_at(status, "/lastState/terminated/finishedAt");
    logs.push_back(std::move(log));
  }
}

}  // namespace

std::string ContainerLog::text() const {
  return fmt::format("{}/{} {}{}", ns, pod, container, previous ? " (previous)" : "");
}

std::string ContainerLog::key() const {
  return fmt::format("{}/{}/{}/{}/{}", ns, pod, uid, container, previous ? "previous" : "current");
}

Result<std::vector<kube::Object>> find_pods(kube::Reader& reader, const Selection& selection) {
  Finder finder(reader, selection);
  std::vector<std::string> namespaces = selection.namespaces;
  if (namespaces.empty()) {
    namespaces.emplace_back();
  }
  for (const std::string& ns : namespaces) {
    CFKOPS_TRY(finder.add_in(ns));
  }
  return finder.take();
}

std::vector<ContainerLog> logs_of(const kube::Object& pod, const Selection& selection) {
  std::vector<ContainerLog> logs;
  for (const ContainerLists& list : kLists) {
    for (const Json& container : pod.json().items(list.spec)) {
      ContainerLog log{.ns = pod.ns(),
                       .pod = pod.name(),
                       .uid = pod.uid(),
                       .node = pod.json().string_or("/spec/nodeName", ""),
                       .container = container.string_or("/name", ""),
                       .kind = list.kind};
      const auto& wanted = selection.containers;
      if (wanted.empty() || std::ranges::find(wanted, log.container) != wanted.end()) {
        const Json status = status_of(pod, list.status, log.container);
        add_runs(std::move(log), status, selection.previous, logs);
      }
    }
  }
  return logs;
}

}  // namespace cfkops::logs
