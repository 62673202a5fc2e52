#include "controllers/daemon_set_pods.hpp"

#include "controllers/pods.hpp"
#include "controllers/scheduler_fit.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kHashLabel = "controller-revision-hash";
constexpr const char* kGenerationLabel = "pod-template-generation";

std::string template_generation(const Value& set) {
  return text_at(set, {"metadata", "annotations", "deprecated.daemonset.template.generation"});
}

void add_toleration(Value& tolerations, const char* key, const char* effect) {
  Value wanted = {{"key", std::string("node.kubernetes.io/") + key},
                  {"operator", "Exists"},
                  {"effect", effect}};
  if (std::ranges::find(tolerations, wanted) == tolerations.end()) {
    tolerations.push_back(std::move(wanted));
  }
}

void tolerate_node_trouble(Value& pod) {
  Value& tolerations = make_at(pod, {"spec", "tolerations"});
  if (!tolerations.is_array()) {
    tolerations = Value::array();
  }
  for (const char* key : {"not-ready", "unreachable"}) {
    add_toleration(tolerations, key, "NoExecute");
  }
  for (const char* key : {"disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"}) {
    add_toleration(tolerations, key, "NoSchedule");
  }
  if (flag_at(pod, {"spec", "hostNetwork"})) {
    add_toleration(tolerations, "network-unavailable", "NoSchedule");
  }
}

const Value& required_terms(const Value& pod) {
  return list_at(pod,
                 {"spec",
                  "affinity",
                  "nodeAffinity",
                  "requiredDuringSchedulingIgnoredDuringExecution",
                  "nodeSelectorTerms"});
}

}  // namespace

std::string target_node(const Value& pod) {
  std::string bound = text_at(pod, {"spec", "nodeName"});
  if (!bound.empty()) {
    return bound;
  }
  for (const Value& term : required_terms(pod)) {
    for (const Value& field : list_at(term, {"matchFields"})) {
      const Value& names = list_at(field, {"values"});
      if (text_at(field, {"key"}) == "metadata.name" && names.size() == 1 &&
          names.front().is_string()) {
        return names.front().get<std::string>();
      }
    }
  }
  return {};
}

Value daemon_pod(const Value& set, const std::string& hash, const std::string& node) {
  Value pod = pod_of_template(object_at(set, {"spec", "template"}), set);
  make_at(pod, {"metadata", "labels", kHashLabel}) = hash;
  if (const std::string generation = template_generation(set); !generation.empty()) {
    make_at(pod, {"metadata", "labels", kGenerationLabel}) = generation;
  }
  tolerate_node_trouble(pod);
  // The node takes the place of what the template requires of nodes, which it has.
  const Value term = {
      {"matchFields",
       Value::array(
           {{{"key", "metadata.name"}, {"operator", "In"}, {"values", Value::array({node})}}})}};
  make_at(
      pod,
      {"spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}) = {
      {"nodeSelectorTerms", Value::array({term})}};
  return pod;
}

NodeVerdict judge_node(const Value& set, const Value& node) {
  Value pod = {{"spec", object_at(set, {"spec", "template", "spec"})}};
  const std::string only = text_at(pod, {"spec", "nodeName"});
  if ((!only.empty() && only != name_of(node)) || !matches_node(pod, node)) {
    return {};
  }
  tolerate_node_trouble(pod);
  NodeVerdict verdict{true, true};
  for (const Value& taint : list_at(node, {"spec", "taints"})) {
    const std::string effect = text_at(taint, {"effect"});
    if (effect == "PreferNoSchedule" || tolerates(pod, taint)) {
      continue;
    }
    verdict.should_run = false;
    verdict.may_stay = verdict.may_stay && effect != "NoExecute";
  }
  return verdict;
}

bool is_updated(const Value& set, const std::string& hash, const Value& pod) {
  const std::string generation = template_generation(set);
  return text_at(pod, {"metadata", "labels", kHashLabel}) == hash ||
         (!generation.empty() &&
          text_at(pod, {"metadata", "labels", kGenerationLabel}) == generation);
}

}  // namespace cfkops::sandbox
