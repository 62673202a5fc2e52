#include "kinds/affinity_rules.hpp"
#include "kinds/checks.hpp"
#include "kinds/container_rules.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/volume_rules.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kLongestDeadline = std::numeric_limits<std::int32_t>::max();

void validate_dns(const Value& spec, const std::string& path, FieldErrors& errors) {
  validate_choice(spec,
                  "dnsPolicy",
                  path,
                  {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"},
                  errors);
  const Value* config = find(spec, {"dnsConfig"});
  const std::string here = below(path, "dnsConfig");
  const Value& servers = list_at(spec, {"dnsConfig", "nameservers"});
  if (text_at(spec, {"dnsPolicy"}) == "None") {
    if (config == nullptr) {
      errors.required(here, "must provide `dnsConfig` when `dnsPolicy` is None");
      return;
    }
    if (servers.empty()) {
      errors.required(below(here, "nameservers"),
                      "must provide at least one DNS nameserver when `dnsPolicy` is None");
      return;
    }
  }
  if (servers.size() > 3) {
    errors.invalid(below(here, "nameservers"), servers, "must not have more than 3 nameservers");
  }
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const Value& server = servers.at(i);
    validate_address(server.is_string() ? server.get<std::string>() : "",
                     element(below(here, "nameservers"), i),
                     errors);
  }
}

void validate_security(const Value& context, const std::string& path, FieldErrors& errors) {
  for (const char* name : {"fsGroup", "runAsUser", "runAsGroup"}) {
    validate_identity(context, name, path, errors);
  }
  const Value& groups = list_at(context, {"supplementalGroups"});
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::int64_t group =
        groups.at(i).is_number_integer() ? groups.at(i).get<std::int64_t>() : 0;
    if (group < 0 || group > kLongestDeadline) {
      errors.invalid(element(below(path, "supplementalGroups"), i),
                     Value(group),
                     between(0, kLongestDeadline));
    }
  }
  if (find(context, {"fsGroupChangePolicy"}) != nullptr) {
    validate_choice(context, "fsGroupChangePolicy", path, {"Always", "OnRootMismatch"}, errors);
  }
  validate_profiles(context, path, errors);
}

/// A member that is a name of some sort, checked where it is there.
void validate_word(const Value& spec,
                   std::string_view name,
                   void (*check)(std::string_view, std::string_view, FieldErrors&),
                   const std::string& path,
                   FieldErrors& errors) {
  const std::string word = text_at(spec, {name});
  if (!word.empty()) {
    check(word, below(path, name), errors);
  }
}

void validate_words(const Value& spec, const std::string& path, FieldErrors& errors) {
  for (const char* name :
       {"serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"}) {
    validate_word(spec, name, validate_dns_subdomain, path, errors);
  }
  for (const char* name : {"hostname", "subdomain"}) {
    validate_word(spec, name, validate_dns_label, path, errors);
  }
  if (find(spec, {"preemptionPolicy"}) != nullptr) {
    validate_choice(spec, "preemptionPolicy", path, {"PreemptLowerPriority", "Never"}, errors);
  }
}

void validate_gates(const Value& spec, const std::string& path, FieldErrors& errors) {
  const Value& readiness = list_at(spec, {"readinessGates"});
  for (std::size_t i = 0; i < readiness.size(); ++i) {
    validate_qualified_name(text_at(readiness.at(i), {"conditionType"}),
                            below(element(below(path, "readinessGates"), i), "conditionType"),
                            errors);
  }
  std::set<std::string> seen;
  const Value& gates = list_at(spec, {"schedulingGates"});
  for (std::size_t i = 0; i < gates.size(); ++i) {
    const std::string name = text_at(gates.at(i), {"name"});
    const std::string here = element(below(path, "schedulingGates"), i);
    validate_qualified_name(name, here, errors);
    if (!seen.insert(name).second) {
      errors.duplicate(here, Value(name));
    }
  }
}

void validate_aliases(const Value& aliases, const std::string& path, FieldErrors& errors) {
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    const std::string here = element(path, i);
    validate_address(text_at(aliases.at(i), {"ip"}), below(here, "ip"), errors);
    const Value& names = list_at(aliases.at(i), {"hostnames"});
    for (std::size_t j = 0; j < names.size(); ++j) {
      validate_dns_subdomain(names.at(j).is_string() ? names.at(j).get<std::string>() : "",
                             element(below(here, "hostnames"), j),
                             errors);
    }
  }
}

void validate_host_network(const Value& spec, const std::string& path, FieldErrors& errors) {
  if (!flag_at(spec, {"hostNetwork"})) {
    return;
  }
  const Value& containers = list_at(spec, {"containers"});
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const Value& ports = list_at(containers.at(i), {"ports"});
    const std::string here = below(element(below(path, "containers"), i), "ports");
    for (std::size_t j = 0; j < ports.size(); ++j) {
      const std::int64_t host = number_at(ports.at(j), {"hostPort"});
      if (host != 0 && host != number_at(ports.at(j), {"containerPort"})) {
        errors.invalid(below(element(here, j), "hostPort"),
                       Value(host),
                       "must match `containerPort` when `hostNetwork` is true");
      }
    }
  }
}

PodContext context_of(const Value& spec) {
  PodContext context;
  context.grace = number_at(spec, {"terminationGracePeriodSeconds"});
  context.restart_policy = text_at(spec, {"restartPolicy"});
  context.host_users = flag_at(spec, {"hostUsers"}, true);
  for (const Value& claim : list_at(spec, {"resourceClaims"})) {
    context.claims.insert(text_at(claim, {"name"}));
  }
  return context;
}

}  // namespace

void validate_pod_template(const Value& pod_template,
                           const std::string& path,
                           FieldErrors& errors) {
  const Value& metadata = object_at(pod_template, {"metadata"});
  validate_labels(object_at(metadata, {"labels"}), below(path, "labels"), errors);
  for (const auto& [key, value] : object_at(metadata, {"annotations"}).items()) {
    std::string lower = key;
    for (char& letter : lower) {
      letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    report(qualified_name_faults(lower), Value(key), below(path, "annotations"), errors);
  }
  const Value& spec = object_at(pod_template, {"spec"});
  validate_pod_spec(spec, Value(nullptr), below(path, "spec"), errors);
  if (!list_at(spec, {"ephemeralContainers"}).empty()) {
    errors.forbidden(below(path, "spec.ephemeralContainers"),
                     "ephemeral containers not allowed in pod template");
  }
}

void validate_pod_spec(const Value& spec,
                       const Value& pod_metadata,
                       const std::string& path,
                       FieldErrors& errors) {
  PodContext context = context_of(spec);
  const Value& volumes = list_at(spec, {"volumes"});
  validate_volumes(
      volumes, text_at(pod_metadata, {"name"}), below(path, "volumes"), context, errors);
  validate_containers(spec, context, path, errors);
  validate_host_network(spec, path, errors);
  validate_choice(spec, "restartPolicy", path, {"Always", "OnFailure", "Never"}, errors);
  validate_dns(spec, path, errors);
  validate_labels(object_at(spec, {"nodeSelector"}), below(path, "nodeSelector"), errors);
  validate_security(object_at(spec, {"securityContext"}), below(path, "securityContext"), errors);
  validate_affinity(object_at(spec, {"affinity"}), below(path, "affinity"), errors);
  validate_gates(spec, path, errors);
  validate_spread(list_at(spec, {"topologySpreadConstraints"}),
                  below(path, "topologySpreadConstraints"),
                  errors);
  validate_words(spec, path, errors);
  const Value* deadline = find(spec, {"activeDeadlineSeconds"});
  if (deadline != nullptr) {
    const std::int64_t seconds = number_at(spec, {"activeDeadlineSeconds"});
    if (seconds < 1 || seconds > kLongestDeadline) {
      errors.invalid(below(path, "activeDeadlineSeconds"), *deadline, between(1, kLongestDeadline));
    }
  }
  validate_tolerations(list_at(spec, {"tolerations"}), below(path, "tolerations"), errors);
  validate_aliases(list_at(spec, {"hostAliases"}), below(path, "hostAliases"), errors);
}

}  // namespace cfkops::sandbox
