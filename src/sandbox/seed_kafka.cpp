#include "seed.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kTypeLabel = "platform.confluent.io/type";
constexpr std::string_view kClass = "standard";
constexpr std::string_view kDriver = "sandbox.cfkops.dev/disk";
constexpr std::string_view kUnlimited = "100Gi";  // of a volume whose limit nobody minds
constexpr std::string_view kControllerDisk = "10Gi";
constexpr std::string_view kInitImage = "confluentinc/confluent-init-container:3.3.0";

/// One of the two StatefulSets.
struct Part {
  const KafkaSpec& spec;
  bool controllers = false;

  [[nodiscard]] bool is_cfk() const { return spec.layout == KafkaSpec::Layout::Cfk; }

  [[nodiscard]] bool has_operator() const {
    return spec.has_operator && is_cfk() && !spec.combined;
  }

  [[nodiscard]] const std::string& name() const {
    return controllers ? spec.controllers_name : spec.name;
  }

  [[nodiscard]] int size() const { return controllers ? spec.controllers : spec.brokers; }

  /// What the operator calls the component.
  [[nodiscard]] std::string type() const { return controllers ? "kraftcontroller" : "kafka"; }

  [[nodiscard]] std::string container() const { return is_cfk() ? type() : "kafka"; }

  [[nodiscard]] std::string volume() const { return is_cfk() ? "data0" : "data"; }

  [[nodiscard]] std::string pod(int number) const { return fmt::format("{}-{}", name(), number); }

  /// The brokers' pods stay in the zones of their racks.
  [[nodiscard]] bool has_racks() const { return !controllers && !spec.racks.empty(); }
};

struct Port {
  std::string name;
  int number;
};

std::vector<Port> ports(const Part& part) {
  const bool votes = part.controllers || part.spec.combined;
  std::vector<Port> found;
  if (part.is_cfk()) {
    if (!part.controllers) {
      found = {{"external", 9092}, {"internal", 9071}};
    }
    if (votes) {
      found.push_back({"controller", 9074});
    }
    found.insert(found.end(), {{"replication", 9072}, {"jmx", 7203}});
    found.insert(found.end(), {{"jolokia", 7777}, {"prometheus", 7778}});
    return found;
  }
  if (!part.controllers) {
    found.push_back({"client", 9092});
  }
  if (votes) {
    found.push_back({"controller", 9093});
  }
  found.push_back({"jolokia", 7777});
  return found;
}

/// The first of its ports, at which nothing answers before it has begun.
int ready_port(const Part& part) {
  if (part.is_cfk()) {
    return part.controllers ? 9074 : 9071;
  }
  return part.controllers ? 9093 : 9092;
}

/// What selects the pods of this StatefulSet and no others.
Value selector(const Part& part) {
  Value labels = {{"app", part.name()}};
  if (part.is_cfk()) {
    labels["clusterId"] = part.spec.ns;
    labels["confluent-platform"] = "true";
    labels["type"] = part.type();
  }
  return labels;
}

Value labels(const Part& part) {
  Value all = selector(part);
  if (part.is_cfk()) {
    all[std::string(kTypeLabel)] = part.type();
  }
  return all;
}

Value object(const Part& part, std::string_view api_version, std::string_view kind) {
  return {
      {"apiVersion", std::string(api_version)},
      {"kind", std::string(kind)},
      {"metadata", {{"name", part.name()}, {"namespace", part.spec.ns}, {"labels", labels(part)}}}};
}

Value service(const Part& part) {
  Value list = Value::array();
  for (const Port& port : ports(part)) {
    list.push_back({{"name", port.name}, {"protocol", "TCP"}, {"port", port.number}});
  }
  Value made = object(part, "v1", "Service");
  // A broker must find the others before any of them is ready.
  made["spec"] = {{"clusterIP", "None"},
                  {"publishNotReadyAddresses", true},
                  {"selector", selector(part)},
                  {"ports", std::move(list)}};
  return made;
}

/// What the operator makes for each pod, so that it can be reached alone.
Value pod_service(const Part& part, int number) {
  Value made = object(part, "v1", "Service");
  made["metadata"]["name"] = part.pod(number) + "-internal";
  Value list = Value::array();
  for (const Port& port : ports(part)) {
    list.push_back({{"name", port.name}, {"protocol", "TCP"}, {"port", port.number}});
  }
  Value one = selector(part);
  one["statefulset.kubernetes.io/pod-name"] = part.pod(number);
  made["spec"] = {{"type", "ClusterIP"}, {"selector", std::move(one)}, {"ports", std::move(list)}};
  return made;
}

/// Its configuration. What the real operator writes there is its own; only the names are real.
Value config_map(const Part& part, std::string_view suffix, Value data) {
  Value made = object(part, "v1", "ConfigMap");
  made["metadata"]["name"] = part.name() + std::string(suffix);
  made["data"] = std::move(data);
  return made;
}

Value budget(const Part& part) {
  Value made = object(part, "policy/v1", "PodDisruptionBudget");
  made["spec"] = {{"maxUnavailable", 1}, {"selector", {{"matchLabels", selector(part)}}}};
  return made;
}

/// Confluent's images count their own way: 8.3 carries Kafka 4.3, 7.9 carries 3.9.
std::string image(const Part& part) {
  const std::string& version = part.spec.version;
  if (!part.is_cfk()) {
    return "apache/kafka:" + version;
  }
  const std::size_t dot = version.find('.');
  const bool old = version.substr(0, dot) == "3";
  return fmt::format("confluentinc/cp-server:{}{}", old ? 7 : 8, version.substr(dot));
}

std::string role(const Part& part) {
  if (part.controllers) {
    return "controller";
  }
  return part.spec.combined ? "broker,controller" : "broker";
}

Value environment(const Part& part) {
  Value list = Value::array({{{"name", "KAFKA_PROCESS_ROLES"}, {"value", role(part)}}});
  for (const auto& [name, path] :
       {std::pair("POD_NAME", "metadata.name"), std::pair("POD_NAMESPACE", "metadata.namespace")}) {
    list.push_back({{"name", name}, {"valueFrom", {{"fieldRef", {{"fieldPath", path}}}}}});
  }
  return list;
}

Value requests(const Part& part) {
  return part.controllers ? Value{{"cpu", "250m"}, {"memory", "1Gi"}}
                          : Value{{"cpu", "500m"}, {"memory", "2Gi"}};
}

Value container(const Part& part) {
  Value list = Value::array();
  for (const Port& port : ports(part)) {
    list.push_back({{"name", port.name}, {"containerPort", port.number}});
  }
  return {{"name", part.container()},
          {"image", image(part)},
          {"imagePullPolicy", "IfNotPresent"},
          {"env", environment(part)},
          {"ports", std::move(list)},
          {"resources", {{"requests", requests(part)}}},
          // A port, as the operator has it; it says nothing about replicas.
          {"readinessProbe", {{"tcpSocket", {{"port", ready_port(part)}}}, {"periodSeconds", 1}}},
          {"volumeMounts",
           Value::array({{{"name", part.volume()}, {"mountPath", "/mnt/data/" + part.volume()}}})}};
}

/// Brokers apart from each other, as far as the zones of their disks allow.
Value spread(const Part& part) {
  return Value::array(
      {{{"maxSkew", 1},
        {"topologyKey", "kubernetes.io/hostname"},
        {"whenUnsatisfiable", part.has_racks() ? "ScheduleAnyway" : "DoNotSchedule"},
        {"labelSelector", {{"matchLabels", selector(part)}}}}});
}

Value pod_template(const Part& part) {
  Value metadata = {{"labels", labels(part)}};
  if (part.is_cfk()) {
    metadata["annotations"] = {{"prometheus.io/port", "7778"}, {"prometheus.io/scrape", "true"}};
  }
  return {{"metadata", std::move(metadata)},
          {"spec",
           {{"enableServiceLinks", false},
            {"automountServiceAccountToken", false},
            {"terminationGracePeriodSeconds", 60},
            {"topologySpreadConstraints", spread(part)},
            {"containers", Value::array({container(part)})}}}};
}

std::string disk(const Part& part) {
  if (part.controllers) {
    return std::string(kControllerDisk);
  }
  return part.spec.disk_bytes == 0 ? std::string(kUnlimited) : std::to_string(part.spec.disk_bytes);
}

Value claim_spec(const Part& part) {
  return {{"accessModes", Value::array({"ReadWriteOnce"})},
          {"storageClassName", std::string(kClass)},
          {"resources", {{"requests", {{"storage", disk(part)}}}}}};
}

/// The operator's template holds a placeholder: it makes the claims itself, before the pods.
Value claim_template(const Part& part) {
  Value spec = claim_spec(part);
  if (part.has_operator()) {
    spec["storageClassName"] = "dummy";
    spec["resources"]["requests"]["storage"] = "1Gi";
  }
  return {{"metadata", {{"name", part.volume()}}}, {"spec", std::move(spec)}};
}

Value stateful_set(const Part& part) {
  Value made = object(part, "apps/v1", "StatefulSet");
  made["spec"] = {{"serviceName", part.name()},
                  {"replicas", part.size()},
                  {"podManagementPolicy", "Parallel"},
                  {"updateStrategy", {{"type", "RollingUpdate"}}},
                  {"persistentVolumeClaimRetentionPolicy",
                   {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}},
                  {"selector", {{"matchLabels", selector(part)}}},
                  {"template", pod_template(part)},
                  {"volumeClaimTemplates", Value::array({claim_template(part)})}};
  return made;
}

Value claim(const Part& part, int number) {
  return {{"apiVersion", "v1"},
          {"kind", "PersistentVolumeClaim"},
          {"metadata",
           {{"name", part.volume() + "-" + part.pod(number)},
            {"namespace", part.spec.ns},
            {"labels", selector(part)}}},
          {"spec", claim_spec(part)}};
}

/// A broker's disk in the zone of its rack, and the claim that holds it: what keeps the pod there.
void add_disk(const Part& part, int number, std::vector<Value>& objects) {
  const std::vector<std::string>& racks = part.spec.racks;
  const std::string& rack = racks.at(static_cast<std::size_t>(number) % racks.size());
  Value held = claim(part, number);
  const std::string volume = part.spec.ns + "-" + name_of(held);
  const Value zone = {
      {"key", "topology.kubernetes.io/zone"}, {"operator", "In"}, {"values", Value::array({rack})}};
  objects.push_back({{"apiVersion", "v1"},
                     {"kind", "PersistentVolume"},
                     {"metadata", {{"name", volume}}},
                     {"spec",
                      {{"capacity", {{"storage", disk(part)}}},
                       {"accessModes", Value::array({"ReadWriteOnce"})},
                       {"persistentVolumeReclaimPolicy", "Retain"},
                       {"storageClassName", std::string(kClass)},
                       {"csi", {{"driver", std::string(kDriver)}, {"volumeHandle", volume}}},
                       {"claimRef",
                        {{"apiVersion", "v1"},
                         {"kind", "PersistentVolumeClaim"},
                         {"namespace", part.spec.ns},
                         {"name", name_of(held)}}},
                       {"nodeAffinity",
                        {{"required",
                          {{"nodeSelectorTerms",
                            Value::array({{{"matchExpressions", Value::array({zone})}}})}}}}}}}});
  held["spec"]["volumeName"] = volume;
  objects.push_back(std::move(held));
}

void add_operator_objects(const Part& part, std::vector<Value>& objects) {
  objects.push_back(config_map(part, "-shared-config", {{part.type() + ".properties", ""}}));
  objects.push_back(config_map(part, "-init-config", {{"template.jsonnet", ""}}));
  for (int number = 0; number < part.size(); ++number) {
    objects.push_back(pod_service(part, number));
    if (!part.has_racks()) {
      objects.push_back(claim(part, number));
    }
  }
}

void add_part(const Part& part, std::vector<Value>& objects) {
  objects.push_back(budget(part));
  objects.push_back(service(part));
  if (part.has_racks()) {
    for (int number = 0; number < part.size(); ++number) {
      add_disk(part, number, objects);
    }
  }
  if (part.has_operator()) {
    add_operator_objects(part, objects);
  }
  objects.push_back(stateful_set(part));
}

Value definition(std::string_view plural, std::string_view kind, Value short_names) {
  const std::string group = "platform.confluent.io";
  const Value schema = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
  const auto column = [](std::string_view name, std::string_view type, std::string_view path) {
    return Value{{"name", name}, {"type", type}, {"jsonPath", path}};
  };
  const Value columns = Value::array({column("Replicas", "string", ".status.replicas"),
                                      column("Ready", "string", ".status.readyReplicas"),
                                      column("Status", "string", ".status.phase"),
                                      column("Age", "date", ".metadata.creationTimestamp")});
  const Value scale = {{"specReplicasPath", ".spec.replicas"},
                       {"statusReplicasPath", ".status.replicas"},
                       {"labelSelectorPath", ".status.selector"}};
  const Value version = {{"name", "v1beta1"},
                         {"served", true},
                         {"storage", true},
                         {"schema", {{"openAPIV3Schema", schema}}},
                         {"additionalPrinterColumns", columns},
                         {"subresources", {{"status", Value::object()}, {"scale", scale}}}};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", fmt::format("{}.{}", plural, group)}}},
          {"spec",
           {{"group", group},
            {"scope", "Namespaced"},
            {"names",
             {{"kind", kind},
              {"listKind", std::string(kind) + "List"},
              {"plural", plural},
              {"singular", short_names.front()},
              {"shortNames", std::move(short_names)},
              {"categories", Value::array({"all", "confluent-platform", "confluent"})}}},
            {"versions", Value::array({version})}}}};
}

Value resource(const Part& part) {
  const Value pod = {{"resources", {{"requests", requests(part)}}},
                     {"terminationGracePeriodSeconds", 60},
                     {"topologySpreadConstraints", spread(part)}};
  return {{"apiVersion", "platform.confluent.io/v1beta1"},
          {"kind", part.controllers ? "KRaftController" : "Kafka"},
          {"metadata", {{"name", part.name()}, {"namespace", part.spec.ns}}},
          {"spec",
           {{"replicas", part.size()},
            {"image", {{"application", image(part)}, {"init", std::string(kInitImage)}}},
            {"dataVolumeCapacity", disk(part)},
            {"storageClass", {{"name", std::string(kClass)}}},
            {"podTemplate", pod}}}};
}

}  // namespace

std::vector<Value> confluent_objects(const KafkaSpec& spec) {
  const Part brokers{spec, false};
  if (!brokers.has_operator()) {
    return {};
  }
  Value kafka = resource(brokers);
  kafka["spec"]["dependencies"]["kRaftController"]["clusterRef"]["name"] = spec.controllers_name;
  std::vector<Value> objects;
  objects.push_back(definition("kafkas", "Kafka", Value::array({"kafka", "broker"})));
  objects.push_back(definition(
      "kraftcontrollers", "KRaftController", Value::array({"kraftcontroller", "kraft"})));
  objects.push_back(resource({spec, true}));
  objects.push_back(std::move(kafka));
  return objects;
}

std::vector<Value> kafka_part_objects(const KafkaSpec& spec, bool controllers) {
  std::vector<Value> objects;
  add_part({spec, controllers}, objects);
  return objects;
}

std::vector<Value> kafka_objects(const KafkaSpec& spec) {
  std::vector<Value> objects = {
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", spec.ns}}}}};
  if (!spec.combined) {
    add_part({spec, true}, objects);
  }
  add_part({spec, false}, objects);
  return objects;
}

}  // namespace cfkops::sandbox
