#include "controllers/cfk_status.hpp"

#include "controllers/cluster_objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kOperatorVersion = "v0.1718.10";  // of 3.3.0

/// From here on there are enough brokers for three replicas.
constexpr std::int64_t kThree = 3;

class StatusWriter {
 public:
  StatusWriter(const CfkResource& resource,
               const CfkFindings& found,
               const Programs& programs,
               std::string_view now)
      : resource_(resource),
        found_(found),
        programs_(programs),
        now_(now) {
    object_["status"] = object_at(resource.object(), {"status"});
  }

  Value write() {
    put_counts();
    put_identity();
    if (found_.problem.empty() && found_.frozen.empty()) {
      put("observedGeneration", resource_.generation());
    }
    if (resource_.is_controllers()) {
      put_voters();
    } else {
      put("minISR", resource_.replicas() < kThree ? 1 : 2);
      put("replicationFactor", resource_.replicas() < kThree ? 1 : kThree);
      put_brokers();
    }
    put_conditions();
    return std::move(object_["status"]);
  }

 private:
  template <class Content>
  void put(const char* name, Content content) {
    object_["status"][name] = std::move(content);
  }

  [[nodiscard]] std::int64_t count(std::string_view name) const {
    return found_.set == nullptr ? 0 : number_at(*found_.set, {"status", name});
  }

  [[nodiscard]] bool is_available() const {
    return found_.set != nullptr && count("readyReplicas") >= size();
  }

  [[nodiscard]] std::int64_t size() const {
    return found_.set == nullptr ? resource_.replicas()
                                 : number_at(*found_.set, {"spec", "replicas"});
  }

  void put_counts() {
    put("replicas", count("replicas"));
    put("readyReplicas", count("readyReplicas"));
    put("currentReplicas", count("currentReplicas"));
    put("phase", is_available() && !found_.roll.rolling ? "RUNNING" : "PROVISIONING");
  }

  void put_identity() {
    put("operatorVersion", std::string(kOperatorVersion));
    put("clusterName", resource_.name());
    put("clusterNamespace", resource_.ns());
    put("selector",
        fmt::format("app={},clusterId={},confluent-platform=true,type={}",
                    resource_.name(),
                    resource_.ns(),
                    resource_.type()));
    if (text_at(object_, {"status", "clusterID"}).empty()) {
      put_cluster_id();
    }
  }

  void put_cluster_id() {
    const std::string bean =
        fmt::format("kafka.server:type={},name=ClusterId",
                    resource_.is_controllers() ? "ControllerServer" : "KafkaServer");
    for (const Shared& pod : found_.pods) {
      Program* program = programs_.of(*pod);
      const Shared id = program == nullptr ? nullptr : ask_jolokia(*program, *pod, bean, "Value");
      if (id != nullptr && id->is_string()) {
        put("clusterID", *id);
        return;
      }
    }
  }

  [[nodiscard]] std::string host(const std::string& name) const {
    return fmt::format("{}.{}.svc.cluster.local", name, resource_.ns());
  }

  void put_brokers() {
    Value listeners = Value::object();
    for (const auto& [name, port] : {std::pair("external", 9092),
                                     std::pair("internal", 9071),
                                     std::pair("replication", 9072)}) {
      const std::string endpoint = fmt::format("{}:{}", host(resource_.name()), port);
      listeners[name] = {
          {"internalEndpoint", endpoint},
          {"client", fmt::format("bootstrap.servers={}\nsecurity.protocol=PLAINTEXT", endpoint)}};
    }
    if (const std::string controllers = resource_.controllers_name(); !controllers.empty()) {
      listeners["controller"] = {{"internalEndpoint", host(controllers) + ":9074"}};
    }
    set_default(object_, {"status", "listeners"}, std::move(listeners));
  }

  void put_voters() {
    Value voters = Value::array();
    for (std::int64_t number = 0; number < resource_.replicas(); ++number) {
      voters.push_back(
          {{"nodeId", number},
           {"brokerEndpoint",
            fmt::format("{}.{}:9074", resource_.pod(number), host(resource_.name()))}});
    }
    set_default(object_, {"status", "controllerQuorumVoters"}, std::move(voters));
  }

  void put_condition(std::string_view type,
                     bool is_true,
                     std::string_view reason,
                     std::string_view message) {
    Value condition = {{"type", fmt::format("{}/{}", kConfluentGroup, type)},
                       {"status", is_true ? "True" : "False"},
                       {"reason", std::string(reason)},
                       {"message", std::string(message)}};
    set_condition(object_, std::move(condition), now_);
  }

  void put_conditions() {
    if (is_available()) {
      put_condition("statefulset-available",
                    true,
                    "MinimumReplicasAvailable",
                    "Deployment has minimum availability.");
    } else {
      put_condition("statefulset-available",
                    false,
                    "MinimumReplicasUnavailable",
                    "Deployment does not have minimum availability.");
    }
    if (found_.set != nullptr) {
      put_condition(
          "resources-ready", true, "KubernetesResourcesReady", "Kubernetes resources ready.");
    }
    put_cluster_ready();
    if (found_.roll.rolling) {
      put_condition("rolling",
                    true,
                    "ClusterRolling",
                    found_.roll.waits.empty() ? "Cluster is rolling"
                                              : "Cluster is rolling: " + found_.roll.waits);
    } else {
      put_condition("rolling", false, "ClusterNotRolling", "Cluster is not rolling, ignore=false");
    }
    if (found_.shrinks.empty()) {
      put_condition("garbage-collecting",
                    false,
                    "GarbageCollectionNotTriggered",
                    "Garbage Collection not triggered");
    } else {
      put_condition("garbage-collecting", true, "GarbageCollectionTriggered", found_.shrinks);
    }
    for (Value& condition : make_at(object_, {"status", "conditions"})) {
      condition["lastProbeTime"] = text_at(condition, {"lastTransitionTime"});
    }
  }

  void put_cluster_ready() {
    if (!found_.problem.empty()) {
      put_condition("cluster-ready", false, "ApplyFailed", found_.problem);
    } else if (is_available()) {
      put_condition("cluster-ready", true, "ClusterIsReady", "Cluster is ready.");
    } else {
      put_condition("cluster-ready", false, "ClusterIsNotReady", "Cluster is not ready.");
    }
  }

  const CfkResource& resource_;
  const CfkFindings& found_;
  const Programs& programs_;
  std::string_view now_;
  Value object_ = Value::object();
};

}  // namespace

Value cfk_status(const CfkResource& resource,
                 const CfkFindings& found,
                 const Programs& programs,
                 std::string_view now) {
  return StatusWriter(resource, found, programs, now).write();
}

}  // namespace cfkops::sandbox
