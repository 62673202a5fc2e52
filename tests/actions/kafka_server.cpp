#include "kafka_server.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::test {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using Phase = KafkaProcess::Phase;

constexpr std::string_view kPods = "/api/v1/namespaces/confluent/pods";
constexpr std::string_view kSets = "/apis/apps/v1/namespaces/confluent/statefulsets";

std::string decode(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

json bean(const std::string& name, const json& value) {
  return {{name, {{"Value", value}}}};
}

Answer value(const json& value) {
  return reply(200, json{{"request", json::object()}, {"value", value}, {"status", 200}});
}

Answer no_bean(const std::string& name) {
  return reply(200,
               json{{"error_type", "javax.management.InstanceNotFoundException"},
                    {"error", "javax.management.InstanceNotFoundException : " + name},
                    {"status", 404}});
}

Answer unreachable_pod() {
  return refuse(503,
                "ServiceUnavailable",
                "error trying to reach service: dial tcp: connect: connection refused");
}

std::string set_of(const KafkaProcess& process) {
  return process.broker ? "kafka" : "kraftcontroller";
}

}  // namespace

KafkaServer::KafkaServer(ScriptedTransport& transport, KafkaHabits habits)
    : transport_(transport),
      model_(std::move(habits)) {
  const auto handler = [this](const kube::Request& request) {
    model_.run_to(transport_.clock().passed());
    Answer given = answer(request);
    given.delay = request.target.starts_with(std::string(kPods) + "?") ? list_delay_ : 4ms;
    return given;
  };
  transport.on("GET", "/*").handle(handler);
  transport.on("POST", "/*").handle(handler);
}

std::vector<std::string> KafkaServer::evicted_pods() const {
  std::vector<std::string> pods;
  for (const Evicted& one : evicted_) {
    pods.push_back(one.pod);
  }
  return pods;
}

Answer KafkaServer::answer(const kube::Request& request) {
  const std::size_t mark = request.target.find('?');
  const std::string path = decode(request.target.substr(0, mark));
  const std::string query =
      mark == std::string::npos ? "" : decode(request.target.substr(mark + 1));
  for (const std::string& part : forbidden_) {
    if (path.find(part) != std::string::npos) {
      return refuse(403, "Forbidden", "forbidden: User \"test\" cannot do this");
    }
  }
  if (request.method == "POST" && path.ends_with("/eviction")) {
    const std::string pod = path.substr(kPods.size() + 1, path.size() - kPods.size() - 10);
    return evict(pod, request, query.find("dryRun=All") != std::string::npos);
  }
  return request.method == "GET" ? get(path, query) : refuse(405, "MethodNotAllowed", path);
}

Answer KafkaServer::get(const std::string& path, const std::string& query) {
  if (path == kSets) {
    json sets = json::array({set_json("kafka")});
    if (model_.processes().contains("kraftcontroller-0")) {
      sets.push_back(set_json("kraftcontroller"));
    }
    return reply(200,
                 json{{"kind", "StatefulSetList"},
                      {"apiVersion", "apps/v1"},
                      {"metadata", {{"resourceVersion", "1"}}},
                      {"items", sets}});
  }
  if (path.starts_with(kSets)) {
    return reply(200, set_json(path.substr(kSets.size() + 1)));
  }
  if (path == kPods) {
    json items = json::array();
    for (const auto& [pod, process] : model_.processes()) {
      if (process.phase != Phase::Missing &&
          query.find("app=" + set_of(process)) != std::string::npos) {
        items.push_back(pod_json(process));
      }
    }
    return reply(200,
                 json{{"kind", "PodList"},
                      {"apiVersion", "v1"},
                      {"metadata", {{"resourceVersion", "1"}}},
                      {"items", items}});
  }
  if (!path.starts_with(kPods)) {
    return refuse(404, "NotFound", "the server could not find the requested resource");
  }
  const std::string rest = path.substr(kPods.size() + 1);
  const std::string pod = rest.substr(0, rest.find_first_of(":/"));
  if (!model_.processes().contains(pod) || model_.process(pod).phase == Phase::Missing) {
    return refuse(404, "NotFound", "pods \"" + pod + "\" not found");
  }
  if (rest == pod) {
    return reply(200, pod_json(model_.process(pod)));
  }
  if (rest == pod + "/log") {
    return reply(200, log_of(model_.process(pod)));
  }
  const std::string marker = "/jolokia/read/";
  const std::size_t at = rest.find(marker);
  return at == std::string::npos ? refuse(404, "NotFound", path)
                                 : jolokia(pod, rest.substr(at + marker.size()));
}

Answer KafkaServer::evict(const std::string& pod, const kube::Request& request, bool dry_run) {
  if (!model_.processes().contains(pod) || model_.process(pod).phase == Phase::Missing) {
    return refuse(404, "NotFound", "pods \"" + pod + "\" not found");
  }
  const KafkaProcess& process = model_.process(pod);
  const json body = json::parse(request.body);
  const std::string uid = body.value(json::json_pointer("/deleteOptions/preconditions/uid"), "");
  if (!uid.empty() && uid != process.uid()) {
    return refuse(409, "Conflict", "the UID in the precondition does not match");
  }
  if (two_budgets_) {
    return refuse(500,
                  "",
                  "This pod has more than one PodDisruptionBudget, which the eviction subresource "
                  "does not support.");
  }
  const int needed = model_.habits().brokers - 1;
  const bool spent = process.broker && process.ready && model_.brokers_ready() <= needed;
  if (process.phase != Phase::Terminating &&
      (spent || transport_.clock().passed() < budget_from_)) {
    json status = json::parse(refuse(429,
                                     "TooManyRequests",
                                     "Cannot evict pod as it would violate the pod's disruption "
                                     "budget.")
                                  .body);
    status["details"]["causes"] = {{{"reason", "DisruptionBudget"},
                                    {"message",
                                     "The disruption budget kafka needs 2 healthy pods and has " +
                                         std::to_string(model_.brokers_ready()) + " currently"}}};
    if (retry_after_ > 0) {
      status["details"]["retryAfterSeconds"] = retry_after_;
    }
    return reply(429, status);
  }
  if (!dry_run && process.phase != Phase::Terminating) {
    evicted_.push_back({pod,
                        transport_.clock().passed(),
                        model_.all_in_sync() && model_.all_running(),
                        model_.all_in_sync()});
    model_.take_down(pod);
  }
  return reply(201, json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}});
}

Answer KafkaServer::jolokia(const std::string& pod, const std::string& mbean) {
  const KafkaProcess& process = model_.process(pod);
  const bool up = process.phase == Phase::Up || process.phase == Phase::Starting;
  if (process.silent || !up || !process.stuck.empty()) {
    return unreachable_pod();
  }
  const bool loaded = process.phase == Phase::Up;
  const bool votes = model_.is_controller(process) && !without_controller_.contains(pod);
  if (mbean.starts_with("java.lang:type=Runtime")) {
    return value(process.start_time_ms);
  }
  if (mbean.starts_with("kafka.server:type=app-info")) {
    const auto version = versions_.find(pod);
    return value({{"kafka.server:id=" + std::to_string(process.node) + ",type=app-info",
                   {{"Version", version == versions_.end() ? "4.3.0" : version->second}}}});
  }
  if (mbean.starts_with("kafka.server:type=*Server,name=ClusterId")) {
    return value(identity_beans(process));
  }
  if (mbean.starts_with("kafka.controller:") && votes && loaded) {
    return value(controller_beans(process));
  }
  if (mbean.starts_with("kafka.server:type=raft-metrics") && votes && loaded) {
    return value({{"current-state", model_.active_controller() == pod ? "leader" : "follower"},
                  {"current-leader", model_.process(model_.active_controller()).node},
                  {"current-epoch", model_.epoch()},
                  {"log-end-offset", 500},
                  {"high-watermark", 500},
                  {"number-of-voters", model_.voters()}});
  }
  if (mbean.starts_with("kafka.server:type=*er") && process.broker) {
    return value(server_beans(process));
  }
  if (mbean.starts_with("kafka.log:type=LogManager,name=*")) {
    return value(bean("kafka.log:name=OfflineLogDirectoryCount,type=LogManager", 0));
  }
  if (mbean.starts_with("kafka.cluster:") && process.broker && loaded &&
      !without_partitions_.contains(pod)) {
    return value(partition_beans(process, mbean.find("*Replica*") != std::string::npos));
  }
  if (mbean.starts_with("kafka.log:type=Log,name=LogEndOffset") && loaded) {
    return value(log_beans(process));
  }
  return no_bean(mbean);
}

json KafkaServer::pod_json(const KafkaProcess& process) const {
  const std::string set = set_of(process);
  json pod = {{"kind", "Pod"},
              {"apiVersion", "v1"},
              {"metadata",
               {{"name", process.pod},
                {"namespace", "confluent"},
                {"uid", process.uid()},
                {"resourceVersion", "1"},
                {"labels", {{"app", set}, {"controller-revision-hash", process.revision}}},
                {"ownerReferences",
                 {{{"kind", "StatefulSet"}, {"name", set}, {"uid", set + "-set-uid"}}}}}},
              {"spec", {{"containers", {{{"name", set}}}}}},
              {"status",
               {{"phase", process.phase == Phase::Pending ? "Pending" : "Running"},
                {"startTime", "2026-01-02T03:00:00Z"},
                {"conditions",
                 {{{"type", "Ready"},
                   {"status", process.ready ? "True" : "False"},
                   {"lastTransitionTime", "2026-01-02T03:00:09Z"}}}}}}};
  if (process.phase == Phase::Terminating) {
    pod["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
  }
  json state = {{"name", set}, {"ready", process.ready}, {"restartCount", process.restarts}};
  if (!process.stuck.empty()) {
    state["state"] = {{"waiting", {{"reason", process.stuck}, {"message", "back-off"}}}};
  } else if (process.phase == Phase::Pending) {
    state["state"] = {{"waiting", {{"reason", "ContainerCreating"}}}};
  } else {
    state["state"] = {{"running", json::object()}};
  }
  pod["status"]["containerStatuses"] = {state};
  if (!process.sidecar_stuck.empty()) {
    pod["spec"]["containers"].push_back({{"name", "sidecar"}});
    pod["status"]["containerStatuses"].push_back(
        {{"name", "sidecar"},
         {"ready", false},
         {"state", {{"waiting", {{"reason", process.sidecar_stuck}, {"message", "back-off"}}}}}});
  }
  return pod;
}

json KafkaServer::set_json(const std::string& name) const {
  const bool brokers = name == "kafka";
  const std::string& update = model_.habits().revision;
  int updated = 0;
  int outdated = 0;
  for (const auto& [pod, process] : model_.processes()) {
    const bool counts = process.phase != Phase::Missing && process.phase != Phase::Terminating;
    if (process.broker == brokers && counts) {
      ++(process.revision == update ? updated : outdated);
    }
  }
  json set = {
      {"kind", "StatefulSet"},
      {"apiVersion", "apps/v1"},
      {"metadata",
       {{"name", name}, {"namespace", "confluent"}, {"uid", name + "-set-uid"}, {"generation", 1}}},
      {"spec",
       {{"replicas", brokers ? model_.habits().brokers : model_.habits().controllers},
        {"selector", {{"matchLabels", {{"app", name}}}}},
        {"updateStrategy", {{"type", "RollingUpdate"}, {"rollingUpdate", {{"partition", 0}}}}},
        {"template", {{"spec", {{"containers", json::array({{{"name", name}}})}}}}}}},
      {"status",
       {{"observedGeneration", 1},
        {"updatedReplicas", updated},
        {"currentRevision", outdated > 0 ? "rev-0" : update},
        {"updateRevision", update}}}};
  if (model_.habits().cfk_labels) {
    set["metadata"]["labels"] = {{"platform.confluent.io/type", name}};
  }
  const auto patch = set_patches_.find(name);
  if (patch != set_patches_.end()) {
    set.merge_patch(json::parse(patch->second));
  }
  return set;
}

json KafkaServer::identity_beans(const KafkaProcess& process) const {
  json beans = json::object();
  const std::string name = "kafka.server:name=ClusterId,type=";
  if (process.broker) {
    beans.update(bean(name + "KafkaServer", "the-cluster"));
  }
  if (model_.is_controller(process)) {
    const bool moved = !process.broker && other_cluster_;
    beans.update(bean(name + "ControllerServer", moved ? "another-cluster" : "the-cluster"));
  }
  return beans;
}

json KafkaServer::server_beans(const KafkaProcess& process) const {
  json beans = identity_beans(process);
  beans.update(
      bean("kafka.server:name=BrokerState,type=KafkaServer", process.phase == Phase::Up ? 3 : 1));
  if (process.phase != Phase::Up) {
    return beans;
  }
  int leaders = 0;
  int hosted = 0;
  int under_replicated = 0;
  int under_min = 0;
  for (const KafkaPartition& partition : model_.partitions()) {
    const bool hosts =
        std::count(partition.replicas.begin(), partition.replicas.end(), process.pod) > 0;
    hosted += hosts ? 1 : 0;
    if (partition.leader == process.pod) {
      ++leaders;
      under_replicated += partition.in_sync.size() < partition.replicas.size() ? 1 : 0;
      under_min += static_cast<int>(partition.in_sync.size()) < partition.min_isr ? 1 : 0;
    }
  }
  const auto add = [&](const std::string& name, int number) {
    beans.update(bean("kafka.server:name=" + name + ",type=ReplicaManager", number));
  };
  add("UnderReplicatedPartitions", under_replicated);
  add("UnderMinIsrPartitionCount", under_min);
  add("AtMinIsrPartitionCount", 0);
  add("OfflineReplicaCount", 0);
  add("LeaderCount", leaders);
  add("PartitionCount", hosted);
  return beans;
}

json KafkaServer::controller_beans(const KafkaProcess& process) const {
  int active = 0;
  int fenced = 0;
  for (const auto& [pod, other] : model_.processes()) {
    if (other.broker) {
      ++(other.running() ? active : fenced);
    }
  }
  json beans = json::object();
  const auto add = [&](const std::string& name, int number) {
    beans.update(bean("kafka.controller:name=" + name + ",type=KafkaController", number));
  };
  add("ActiveControllerCount", model_.active_controller() == process.pod ? 1 : 0);
  add("OfflinePartitionsCount", 0);
  add("FencedBrokerCount", fenced);
  add("ActiveBrokerCount", active);
  return beans;
}

json KafkaServer::partition_beans(const KafkaProcess& process, bool replicas) const {
  json beans = json::object();
  for (const KafkaPartition& partition : model_.partitions()) {
    if (std::count(partition.replicas.begin(), partition.replicas.end(), process.pod) == 0 ||
        hidden_.contains({process.pod, partition.number})) {
      continue;
    }
    const bool leads = partition.leader == process.pod;
    const auto size = partition.replicas.size();
    const auto in_sync = partition.in_sync.size();
    const int least = std::min(partition.min_isr, static_cast<int>(size));
    const auto add = [&](const std::string& name, std::size_t number) {
      beans.update(bean("kafka.cluster:name=" + name +
                            ",partition=" + std::to_string(partition.number) +
                            ",topic=" + partition.topic + ",type=Partition",
                        leads ? number : 0));
    };
    if (replicas) {
      add("ReplicasCount", size);
      add("InSyncReplicasCount", in_sync);
      add("UnderReplicated", in_sync < size ? 1 : 0);
    } else {
      add("UnderMinIsr", static_cast<int>(in_sync) < least ? 1 : 0);
      add("AtMinIsr", static_cast<int>(in_sync) == least ? 1 : 0);
    }
  }
  return beans;
}

json KafkaServer::log_beans(const KafkaProcess& process) const {
  json beans = json::object();
  for (const KafkaPartition& partition : model_.partitions()) {
    const auto end = partition.log_end.find(process.pod);
    if (end != partition.log_end.end()) {
      beans.update(
          bean("kafka.log:name=LogEndOffset,partition=" + std::to_string(partition.number) +
                   ",topic=" + partition.topic + ",type=Log",
               static_cast<std::int64_t>(end->second)));
    }
  }
  return beans;
}

std::string KafkaServer::log_of(const KafkaProcess& process) const {
  if (process.crashes) {
    return "starting\nERROR no space left on device\n";
  }
  return process.duplicate_session
             ? "Unable to register broker because of error DUPLICATE_BROKER_REGISTRATION\n"
             : "starting\n";
}

}  // namespace cfkops::test
