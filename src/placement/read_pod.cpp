#include "model.hpp"

#include <algorithm>

namespace cfkops::placement {

namespace {

constexpr std::string_view kRequired = "/requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "/preferredDuringSchedulingIgnoredDuringExecution";

PodTerm term_of(const Json& json, const std::string& ns) {
  PodTerm made;
  made.topology = json.string_or("/topologyKey", "");
  made.selector = LabelSelector::of(json.get("/labelSelector"));
  made.namespace_selector = LabelSelector::of(json.get("/namespaceSelector"));
  for (const Json& name : json.items("/namespaces")) {
    made.namespaces.push_back(name.string_or("", ""));
  }
  if (made.namespaces.empty() && !made.namespace_selector.given) {
    made.namespaces.push_back(ns);
  }
  return made;
}

std::vector<PodTerm> required_terms(const Json& pod,
                                    const std::string& which,
                                    const std::string& ns) {
  std::vector<PodTerm> made;
  for (const Json& term : pod.items("/spec/affinity/" + which + std::string(kRequired))) {
    made.push_back(term_of(term, ns));
  }
  return made;
}

void add_liked(Pod& pod, const Json& json, const std::string& which, std::int64_t sign) {
  for (const Json& one : json.items("/spec/affinity/" + which + std::string(kPreferred))) {
    PodTerm term = term_of(one.get("/podAffinityTerm"), pod.ns);
    term.weight = sign * one.int_or("/weight", 0);
    pod.liked.push_back(std::move(term));
  }
}

Spread spread_of(const Json& json, const Labels& labels) {
  Spread made;
  made.topology = json.string_or("/topologyKey", "");
  made.selector = LabelSelector::of(json.get("/labelSelector"));
  for (const Json& key : json.items("/matchLabelKeys")) {
    const auto found = labels.find(key.string_or("", ""));
    if (found != labels.end()) {
      made.selector.requirements.push_back({found->first, "In", {found->second}});
    }
  }
  made.max_skew = json.int_or("/maxSkew", 1);
  made.min_domains = json.int_or("/minDomains", 1);
  made.hard = json.string_or("/whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule";
  made.honor_affinity = json.string_or("/nodeAffinityPolicy", "Honor") == "Honor";
  made.honor_taints = json.string_or("/nodeTaintsPolicy", "Ignore") == "Honor";
  return made;
}

void add_ports(Pod& pod, const Json& container, bool host_network) {
  for (const Json& port : container.items("/ports")) {
    const std::int64_t own = host_network ? port.int_or("/containerPort", 0) : 0;
    const std::int64_t number = port.int_or("/hostPort", own);
    if (number > 0) {
      const std::string ip = port.string_or("/hostIP", "");
      pod.ports.push_back(
          {port.string_or("/protocol", "TCP"), ip.empty() ? "0.0.0.0" : ip, number});
    }
  }
}

void read_ports(Pod& pod, const Json& json) {
  const bool host_network = json.bool_or("/spec/hostNetwork", false);
  for (const Json& container : json.items("/spec/containers")) {
    add_ports(pod, container, host_network);
  }
  for (const Json& container : json.items("/spec/initContainers")) {
    if (container.string_or("/restartPolicy", "") == "Always") {
      add_ports(pod, container, host_network);
    }
  }
}

void read_nodes_wanted(Pod& pod, const Json& json) {
  pod.node_selector = strings_at(json, "/spec/nodeSelector");
  const Json required = json.get("/spec/affinity/nodeAffinity" + std::string(kRequired));
  if (required.is_object()) {
    pod.required = terms_of(required);
  }
  for (const Json& one : json.items("/spec/affinity/nodeAffinity" + std::string(kPreferred))) {
    pod.preferred.push_back({NodeTerm::of(one.get("/preference")), one.int_or("/weight", 0)});
  }
  for (const Json& one : json.items("/spec/tolerations")) {
    const std::string op = one.string_or("/operator", "");
    pod.tolerations.push_back({one.string_or("/key", ""),
                               op.empty() ? "Equal" : op,
                               one.string_or("/value", ""),
                               one.string_or("/effect", "")});
  }
}

void read_pods_wanted(Pod& pod, const Json& json) {
  pod.affinity = required_terms(json, "podAffinity", pod.ns);
  pod.anti = required_terms(json, "podAntiAffinity", pod.ns);
  add_liked(pod, json, "podAffinity", 1);
  add_liked(pod, json, "podAntiAffinity", -1);
  for (const Json& one : json.items("/spec/topologySpreadConstraints")) {
    pod.spread.push_back(spread_of(one, pod.labels));
  }
}

void read_owner(Pod& pod, const Json& json) {
  for (const Json& reference : json.items("/metadata/ownerReferences")) {
    if (reference.bool_or("/controller", false)) {
      pod.owner = {reference.string_or("/kind", ""), reference.string_or("/uid", "")};
    }
  }
}

void read_volumes(Pod& pod, const Json& json) {
  pod.volumes = json.get("/spec/volumes");
  for (const Json& volume : json.items("/spec/volumes")) {
    if (volume.has("/persistentVolumeClaim")) {
      pod.claims.push_back(volume.string_or("/persistentVolumeClaim/claimName", ""));
    } else if (volume.has("/ephemeral")) {
      pod.claims.push_back(pod.name + "-" + volume.string_or("/name", ""));
    }
    for (const std::string kind :
         {"awsElasticBlockStore", "azureDisk", "cinder", "gcePersistentDisk", "iscsi", "rbd"}) {
      if (volume.has("/" + kind)) {
        pod.doubts.push_back("its volume of kind " + kind + " is not judged");
      }
    }
  }
}

void read_doubts(Pod& pod, const Json& json) {
  const std::string scheduler = json.string_or("/spec/schedulerName", "default-scheduler");
  if (scheduler != "default-scheduler") {
    pod.doubts.push_back("scheduler " + scheduler + " places it");
  }
  if (!json.items("/spec/resourceClaims").empty()) {
    pod.doubts.emplace_back("it claims devices (resourceClaims)");
  }
  for (const auto& [name, amount] : pod.requests) {
    const bool known = name == "cpu" || name == "memory" || name == "ephemeral-storage" ||
                       name.starts_with("hugepages-");
    if (!known && amount > 0) {
      pod.not_yes.push_back("it asks for " + name + ", whose devices are not in the view");
    }
  }
}

}  // namespace

bool Toleration::covers(const Taint& taint) const {
  if ((!effect.empty() && effect != taint.effect) || (!key.empty() && key != taint.key)) {
    return false;
  }
  return op == "Exists" || (op == "Equal" && !key.empty() && value == taint.value);
}

bool HostPort::collides(const HostPort& other) const {
  constexpr std::string_view kAny = "0.0.0.0";
  return protocol == other.protocol && number == other.number &&
         (ip == other.ip || ip == kAny || other.ip == kAny);
}

bool Pod::tolerates(const Taint& taint) const {
  return std::ranges::any_of(tolerations, [&](const Toleration& one) { return one.covers(taint); });
}

const Taint* Pod::repelled_by(const Node& of) const {
  for (const Taint& taint : of.taints) {
    if ((taint.effect == "NoSchedule" || taint.effect == "NoExecute") && !tolerates(taint)) {
      return &taint;
    }
  }
  return nullptr;
}

bool Pod::selects(const Node& of) const {
  const bool labels_hold = std::ranges::all_of(node_selector, [&](const auto& wanted) {
    const auto found = of.labels.find(wanted.first);
    return found != of.labels.end() && found->second == wanted.second;
  });
  return labels_hold && (!required || any_holds(*required, of.labels, of.name));
}

Pod read_pod(const Json& json) {
  Pod pod;
  pod.ns = json.string_or("/metadata/namespace", "default");
  pod.name = json.string_or("/metadata/name", "");
  pod.labels = labels_of(json);
  pod.node = json.string_or("/spec/nodeName", "");
  pod.nominated = json.string_or("/status/nominatedNodeName", "");
  pod.priority = json.int_or("/spec/priority", 0);
  pod.may_preempt = json.string_or("/spec/preemptionPolicy", "") != "Never";
  pod.terminating = json.has("/metadata/deletionTimestamp");
  const std::string phase = json.string_or("/status/phase", "");
  pod.finished = phase == "Succeeded" || phase == "Failed";
  pod.mirror = strings_at(json, "/metadata/annotations").contains("kubernetes.io/config.mirror");
  pod.gated = !json.items("/spec/schedulingGates").empty();
  bool bad = false;
  pod.requests = requests_of(json, false, bad);
  pod.holds = requests_of(json, true, bad);
  if (bad) {
    pod.doubts.emplace_back("one of its requests is no quantity");
  }
  read_owner(pod, json);
  read_ports(pod, json);
  read_nodes_wanted(pod, json);
  read_pods_wanted(pod, json);
  read_volumes(pod, json);
  read_doubts(pod, json);
  return pod;
}

}  // namespace cfkops::placement
