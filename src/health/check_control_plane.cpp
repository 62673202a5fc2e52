#include "checks.hpp"
#include "facts.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <set>

namespace cfkops::health {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void add_failed_checks(const std::string& text, const std::string& path, Judgement& judgement) {
  bool told = false;
  for (const std::string& line : base::split(text, '\n')) {
    told = told || line.starts_with("[+]") || line.starts_with("[-]");
    if (line.starts_with("[-]")) {
      judgement.found.push_back(
          {Severity::Critical, "API server", "says of itself: " + line.substr(3), path, line});
    }
  }
  if (!told) {
    judgement.unknown.push_back(path + "?verbose names no check: another server may have answered");
  }
}

Judgement own_checks(const Snapshot& snapshot) {
  Judgement judgement;
  add_failed_checks(snapshot.ready_checks, "/readyz", judgement);
  add_failed_checks(snapshot.live_checks, "/livez", judgement);
  return judgement;
}

Judgement latency(const Snapshot& snapshot) {
  Judgement judgement;
  std::vector<Duration> sorted = snapshot.latencies;
  if (sorted.empty()) {
    judgement.unknown.emplace_back("no read was timed");
    return judgement;
  }
  std::sort(sorted.begin(), sorted.end());
  const Duration worst = sorted.back();
  if (worst > seconds(1)) {
    judgement.found.push_back({worst > seconds(5) ? Severity::Fail : Severity::Warning,
                               "API server",
                               fmt::format("took up to {} for a small read, mostly {} ({} reads)",
                                           base::human_duration(worst),
                                           base::human_duration(sorted[sorted.size() / 2]),
                                           sorted.size()),
                               "GET /api/v1/namespaces/kube-system",
                               base::human_duration(worst)});
  }
  return judgement;
}

/// How many requests each priority level has turned away, by the table that the API server prints
/// of them. Levels that never do so are not in it; nothing where that is no such table.
std::optional<std::map<std::string, std::int64_t>> turned_away(const std::string& table) {
  const std::vector<std::string> lines = base::split(table, '\n');
  const auto cells = [](const std::string& line) {
    std::vector<std::string> all;
    for (const std::string& cell : base::split(line, ',')) {
      all.emplace_back(base::trim(cell));
    }
    return all;
  };
  const std::vector<std::string> names = cells(lines.front());
  if (std::find(names.begin(), names.end(), "RejectedRequests") == names.end()) {
    return std::nullopt;
  }
  std::map<std::string, std::int64_t> counts;
  for (std::size_t line = 1; line < lines.size(); ++line) {
    const std::vector<std::string> row = cells(lines[line]);
    for (std::size_t i = 0; i < row.size() && i < names.size(); ++i) {
      std::int64_t count = 0;
      const bool counted = names[i] == "RejectedRequests" || names[i] == "TimedoutRequests";
      if (counted &&
          std::from_chars(row[i].data(), row[i].data() + row[i].size(), count).ec == std::errc()) {
        counts[row.front()] += count;
      }
    }
  }
  return counts;
}

Judgement flow_control(const Snapshot& snapshot) {
  Judgement judgement;
  // A server without it turns nobody away by it.
  if (snapshot.source(Part::FlowControl).state == Source::State::NotServed) {
    judgement.nothing_there = true;
    return judgement;
  }
  const auto before = turned_away(snapshot.flow_control);
  const auto after = turned_away(snapshot.flow_control_after);
  if (!before || !after) {
    judgement.unknown.emplace_back("the table of priority levels counts no rejected requests");
    return judgement;
  }
  for (const auto& [level, count] : *after) {
    const auto known = before->find(level);
    const std::int64_t more = known == before->end() ? 0 : count - known->second;
    if (more > 0) {
      judgement.found.push_back(
          {Severity::Warning,
           "prioritylevelconfiguration " + level,
           fmt::format("turned {} away while this look was taken, {} since the API server started",
                       base::counted(more, "request"),
                       count),
           "dump_priority_levels RejectedRequests, TimedoutRequests",
           std::to_string(count)});
    }
  }
  return judgement;
}

Judgement leaders(const Snapshot& snapshot) {
  Judgement judgement;
  for (const char* name : {"kube-controller-manager", "kube-scheduler"}) {
    const auto& leases = snapshot.of(Part::SystemLeases);
    const auto lease = std::find_if(leases.begin(), leases.end(), [&](const Json& one) {
      return one.string_or("/metadata/name", "") == name;
    });
    if (lease == leases.end()) {
      judgement.unknown.push_back(
          fmt::format("{} has no lease in kube-system: it does not run, or hides it", name));
      continue;
    }
    const std::string renewed = lease->string_or("/spec/renewTime", "");
    const auto age = snapshot.since(renewed, Part::SystemLeases);
    if (!age) {
      judgement.unknown.push_back(fmt::format("the lease of {} tells no time", name));
    } else if (*age > seconds(30)) {
      judgement.found.push_back(
          {Severity::Fail,
           name,
           "has no leader: its lease was last renewed " + base::human_duration(*age) + " ago",
           fmt::format("lease kube-system/{} spec.renewTime", name),
           renewed});
    }
  }
  return judgement;
}

Judgement api_services(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& service : snapshot.of(Part::ApiServices)) {
    const Json available = condition_of(service, "Available");
    const std::string status = available.string_or("/status", "");
    if (status != "True" && service.has("/spec/service")) {
      judgement.found.push_back({Severity::Fail,
                                 name_of("apiservice", service),
                                 "is not available: " + available.string_or("/message", "no word"),
                                 "status.conditions[Available].status",
                                 status.empty() ? "missing" : status});
    }
  }
  return judgement;
}

std::string key_of(const std::string& ns, const std::string& name) {
  return ns + "/" + name;
}

/// Services that have an address which is ready, as namespace/name.
std::set<std::string> served(const Snapshot& snapshot) {
  std::set<std::string> services;
  for (const Json& slice : snapshot.of(Part::EndpointSlices)) {
    for (const Json& endpoint : slice.items("/endpoints")) {
      if (endpoint.bool_or("/conditions/ready", true) && !endpoint.items("/addresses").empty()) {
        services.insert(
            key_of(slice.string_or("/metadata/namespace", ""),
                   slice.string_or(below("/metadata/labels", "kubernetes.io/service-name"), "")));
        break;
      }
    }
  }
  return services;
}

using Hooks = std::vector<std::pair<std::string, Json>>;

void add_webhooks(std::string_view kind, const Json& configuration, Hooks& hooks) {
  const std::string object = name_of(kind, configuration);
  for (const Json& hook : configuration.items("/webhooks")) {
    if (hook.string_or("/failurePolicy", "Fail") == "Fail") {
      hooks.emplace_back(object, hook);
    }
  }
}

/// Both kinds of webhooks that may refuse, with the object that each stands in.
Hooks webhooks(const Snapshot& snapshot) {
  Hooks hooks;
  for (const Json& configuration : snapshot.of(Part::Mutating)) {
    add_webhooks("mutatingwebhookconfiguration", configuration, hooks);
  }
  for (const Json& configuration : snapshot.of(Part::Validating)) {
    add_webhooks("validatingwebhookconfiguration", configuration, hooks);
  }
  return hooks;
}

Judgement dead_webhooks(const Snapshot& snapshot) {
  Judgement judgement;
  const std::set<std::string> alive = served(snapshot);
  for (const auto& [object, hook] : webhooks(snapshot)) {
    if (!hook.has("/clientConfig/service")) {
      continue;
    }
    const std::string service = key_of(hook.string_or("/clientConfig/service/namespace", ""),
                                       hook.string_or("/clientConfig/service/name", ""));
    if (!alive.contains(service)) {
      judgement.found.push_back(
          {Severity::Critical,
           object,
           fmt::format("asks service {}, which has nobody ready, and refuses what it cannot ask",
                       service),
           fmt::format("webhooks[{}].clientConfig.service", hook.string_or("/name", "")),
           service});
    }
  }
  return judgement;
}

Judgement slow_webhooks(const Snapshot& snapshot) {
  Judgement judgement;
  for (const auto& [object, hook] : webhooks(snapshot)) {
    const std::int64_t timeout = hook.int_or("/timeoutSeconds", 10);
    if (timeout > 10) {
      judgement.found.push_back(
          {Severity::Warning,
           object,
           fmt::format("may hold up each request for {} s", timeout),
           fmt::format("webhooks[{}].timeoutSeconds", hook.string_or("/name", "")),
           std::to_string(timeout)});
    }
  }
  return judgement;
}

Judgement definitions(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& definition : snapshot.of(Part::Definitions)) {
    const std::string object = name_of("customresourcedefinition", definition);
    if (condition_of(definition, "Established").string_or("/status", "") != "True") {
      judgement.found.push_back({Severity::Fail,
                                 object,
                                 "is not established, so that its kind is not served",
                                 "status.conditions[Established].status",
                                 "not True"});
    }
    std::set<std::string> known;
    for (const Json& version : definition.items("/spec/versions")) {
      known.insert(version.string_or("/name", ""));
    }
    for (const Json& stored : definition.items("/status/storedVersions")) {
      const std::string version = stored.string_or("", "");
      if (!known.contains(version)) {
        judgement.found.push_back({Severity::Fail,
                                   object,
                                   "has objects stored as " + version + ", which it has no longer",
                                   "status.storedVersions",
                                   version});
      }
    }
  }
  return judgement;
}

/// What a namespace says about why it is still there: ": …", or "".
std::string what_holds(const Json& ns) {
  std::string why;
  for (const Json& condition : ns.items("/status/conditions")) {
    if (condition.string_or("/status", "") == "True") {
      why = ": " + condition.string_or("/message", "");
    }
  }
  return why;
}

Judgement namespaces(const Snapshot& snapshot) {
  Judgement judgement;
  for (const Json& ns : snapshot.of(Part::Namespaces)) {
    const std::string since = ns.string_or("/metadata/deletionTimestamp", "");
    if (older_than(snapshot, since, minutes(10))) {
      judgement.found.push_back({Severity::Warning,
                                 name_of("namespace", ns),
                                 "is Terminating " + lasting(snapshot, since) + what_holds(ns),
                                 "metadata.deletionTimestamp",
                                 since});
    }
  }
  return judgement;
}

Judgement dns(const Snapshot& snapshot) {
  Judgement judgement;
  std::size_t slices = 0;
  std::set<std::string> ready;  // by pod: one of two address families has two addresses
  for (const Json& slice : snapshot.of(Part::EndpointSlices)) {
    const std::string service =
        slice.string_or(below("/metadata/labels", "kubernetes.io/service-name"), "");
    if (slice.string_or("/metadata/namespace", "") != "kube-system" || service != "kube-dns") {
      continue;
    }
    ++slices;
    for (const Json& endpoint : slice.items("/endpoints")) {
      if (endpoint.bool_or("/conditions/ready", true)) {
        const std::vector<Json> addresses = endpoint.items("/addresses");
        ready.insert(endpoint.string_or(
            "/targetRef/name", addresses.empty() ? "" : addresses.front().string_or("", "")));
      }
    }
  }
  if (slices == 0) {
    judgement.nothing_there = true;
  } else if (ready.size() < 2) {
    judgement.found.push_back(
        {ready.empty() ? Severity::Critical : Severity::Warning,
         "service kube-system/kube-dns",
         fmt::format("has {} ready", base::counted(static_cast<long long>(ready.size()), "server")),
         "endpoints[].conditions.ready",
         std::to_string(ready.size())});
  }
  return judgement;
}

Judgement metrics(const Snapshot& snapshot) {
  Judgement judgement;
  const auto& services = snapshot.of(Part::ApiServices);
  const bool there = std::any_of(services.begin(), services.end(), [](const Json& one) {
    return one.string_or("/spec/group", "") == "metrics.k8s.io";
  });
  if (!there) {
    judgement.found.push_back({Severity::Info,
                               "API server",
                               "has no metrics.k8s.io, so that use of CPU and memory is not told",
                               "apiservices",
                               "none for metrics.k8s.io"});
  }
  return judgement;
}

constexpr std::array<Check, 11> kChecks = {{
    {"K01",
     "Does the API server call itself ready and alive, etcd included?",
     Severity::Critical,
     true,
     Parts(Part::ReadyChecks, Part::LiveChecks),
     "the name of the check says what fails; etcd comes first",
     own_checks},
    {"K02",
     "Does the API server answer small reads at once?",
     Severity::Fail,
     false,
     Parts(Part::Latency),
     "look at etcd's disk and at who asks so much (API priority and fairness)",
     latency},
    {"K04",
     "Does the API server turn no requests away?",
     Severity::Warning,
     false,
     Parts(Part::FlowControl),
     "find who asks so much, and give it a flow schema of its own: kubectl get flowschemas",
     flow_control},
    {"K05",
     "Do controller manager and scheduler have a leader?",
     Severity::Fail,
     true,
     Parts(Part::SystemLeases),
     "without one nothing is reconciled or scheduled: look at its pods or its service",
     leaders},
    {"K06",
     "Are all extension APIs available?",
     Severity::Fail,
     false,
     Parts(Part::ApiServices),
     "look at the service behind it: kubectl get apiservice",
     api_services},
    {"K07",
     "Does somebody answer behind each webhook that may refuse?",
     Severity::Critical,
     false,
     Parts(Part::Mutating, Part::Validating, Part::EndpointSlices),
     "start its pods, or remove the webhook: what it is asked about is refused",
     dead_webhooks,
     true},
    {"K08",
     "Are webhooks quick to give up?",
     Severity::Warning,
     false,
     Parts(Part::Mutating, Part::Validating),
     "set timeoutSeconds to 10 or less",
     slow_webhooks},
    {"K10",
     "Are custom resources served in the versions that are stored?",
     Severity::Fail,
     false,
     Parts(Part::Definitions),
     "migrate the stored objects before the old version goes",
     definitions},
    {"K11",
     "Is no namespace stuck in Terminating?",
     Severity::Warning,
     false,
     Parts(Part::Namespaces),
     "see which finalizer or extension API holds it: kubectl get namespace NAME -o yaml",
     namespaces},
    {"K14",
     "Does the cluster's DNS have two servers?",
     Severity::Critical,
     false,
     Parts(Part::EndpointSlices),
     "look at the pods of kube-dns in kube-system",
     dns,
     true},
    {"K15",
     "Is there a metrics API?",
     Severity::Info,
     false,
     Parts(Part::ApiServices),
     "install metrics-server to see use",
     metrics},
}};

}  // namespace

std::span<const Check> control_plane_checks() {
  return kChecks;
}

}  // namespace cfkops::health
