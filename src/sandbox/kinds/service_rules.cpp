#include "kinds/service_rules.hpp"

#include "kinds/checks.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr const char* kFixed = "may not change once set";
constexpr std::int64_t kLongestAffinity = 86400;

std::string type_of(const Value& service) {
  return text_at(service, {"spec", "type"});
}

// The member of a list of texts, "" where it is not there.
std::string text_in(const Value& list, std::size_t index) {
  return index < list.size() && list.at(index).is_string() ? list.at(index).get<std::string>()
                                                           : std::string();
}

void check_external_name(const Value& spec, FieldErrors& errors) {
  for (const char* name : {"clusterIPs", "ipFamilies", "ipFamilyPolicy"}) {
    const Value* there = find(spec, {name});
    if (there != nullptr && !there->empty()) {
      errors.forbidden(below("spec", name), "may not be set for ExternalName services");
    }
  }
  std::string name = text_at(spec, {"externalName"});
  if (name.ends_with('.')) {
    name.pop_back();
  }
  if (name.empty()) {
    errors.required("spec.externalName");
  } else {
    validate_dns_subdomain(name, "spec.externalName", errors);
  }
}

void check_type(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  const std::string type = type_of(service);
  if (list_at(spec, {"ports"}).empty() && !is_headless(service) && type != "ExternalName") {
    errors.required("spec.ports");
  }
  if ((type == "LoadBalancer" || type == "NodePort") && is_headless(service)) {
    errors.invalid("spec.clusterIPs[0]",
                   Value("None"),
                   fmt::format("may not be set to 'None' for {} services", type));
  } else if (type == "ExternalName") {
    check_external_name(spec, errors);
  }
  validate_choice(
      spec, "type", "spec", {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}, errors);
}

void check_port(const Value& port,
                bool needs_name,
                std::set<std::string>& names,
                const std::string& path,
                FieldErrors& errors) {
  const std::string name = text_at(port, {"name"});
  if (!name.empty()) {
    validate_dns_label(name, below(path, "name"), errors);
    if (!names.insert(name).second) {
      errors.duplicate(below(path, "name"), Value(name));
    }
  } else if (needs_name) {
    errors.required(below(path, "name"));
  }
  const std::int64_t number = number_at(port, {"port"});
  report(port_number_faults(number), Value(number), below(path, "port"), errors);
  validate_choice(port, "protocol", path, {"SCTP", "TCP", "UDP"}, errors);
  validate_port(find(port, {"targetPort"}), below(path, "targetPort"), errors);
  if (find(port, {"appProtocol"}) != nullptr) {
    validate_qualified_name(text_at(port, {"appProtocol"}), below(path, "appProtocol"), errors);
  }
}

void check_double_ports(const Value& ports, FieldErrors& errors) {
  std::set<std::pair<std::string, std::int64_t>> taken;
  std::set<std::pair<std::string, std::int64_t>> taken_on_nodes;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const Value& port = ports.at(i);
    const std::string path = element("spec.ports", i);
    const std::string protocol = text_at(port, {"protocol"});
    const std::int64_t on_node = number_at(port, {"nodePort"});
    if (on_node != 0 && !taken_on_nodes.insert({protocol, on_node}).second) {
      errors.duplicate(below(path, "nodePort"), Value(on_node));
    }
    const std::int64_t number = number_at(port, {"port"});
    if (!taken.insert({protocol, number}).second) {
      // As the internal type prints, which has no names for JSON.
      errors.add(
          {FieldError::Type::Duplicate,
           path,
           {},
           fmt::format(
               R"({{"Name":"","Protocol":{},"AppProtocol":null,"Port":{},"TargetPort":0,"NodePort":0}})",
               go_quoted(protocol),
               number)});
    }
  }
}

void check_ports(const Value& service, FieldErrors& errors) {
  const Value& ports = list_at(service, {"spec", "ports"});
  std::set<std::string> names;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::string path = element("spec.ports", i);
    check_port(ports.at(i), ports.size() > 1, names, path, errors);
    if (type_of(service) == "ClusterIP" && number_at(ports.at(i), {"nodePort"}) != 0) {
      errors.forbidden(below(path, "nodePort"), "may not be used when `type` is 'ClusterIP'");
    }
  }
  check_double_ports(ports, errors);
}

void check_affinity(const Value& spec, FieldErrors& errors) {
  validate_choice(spec, "sessionAffinity", "spec", {"ClientIP", "None"}, errors);
  const std::string affinity = text_at(spec, {"sessionAffinity"});
  const Value* config = find(spec, {"sessionAffinityConfig"});
  const std::string path = "spec.sessionAffinityConfig";
  if (affinity == "None" && config != nullptr) {
    errors.forbidden(path, "must not be set when session affinity is None");
  }
  if (affinity != "ClientIP") {
    return;
  }
  const std::string why = "when session affinity type is ClientIP";
  if (config == nullptr) {
    errors.required(path, why);
  } else if (find(*config, {"clientIP"}) == nullptr) {
    errors.required(below(path, "clientIP"), why);
  } else if (find(*config, {"clientIP", "timeoutSeconds"}) == nullptr) {
    errors.required(below(path, "clientIP.timeoutSeconds"), why);
  } else {
    const std::int64_t seconds = number_at(*config, {"clientIP", "timeoutSeconds"});
    if (seconds <= 0 || seconds > kLongestAffinity) {
      errors.invalid(below(path, "clientIP.timeoutSeconds"),
                     Value(seconds),
                     fmt::format("must be greater than 0 and less than {}", kLongestAffinity));
    }
  }
}

void check_families(const Value& spec, FieldErrors& errors) {
  const std::vector<std::string> known = {"IPv4", "IPv6"};
  const Value& families = list_at(spec, {"ipFamilies"});
  std::set<std::string> seen;
  for (std::size_t i = 0; i < families.size(); ++i) {
    const std::string family = text_in(families, i);
    const std::string path = element("spec.ipFamilies", i);
    if (std::ranges::find(known, family) == known.end()) {
      errors.not_supported(path, Value(family), known);
    }
    if (!seen.insert(family).second) {
      errors.duplicate(path, Value(family));
    }
  }
  const std::vector<std::string> policies = {"PreferDualStack", "RequireDualStack", "SingleStack"};
  const Value* policy = find(spec, {"ipFamilyPolicy"});
  if (policy != nullptr && std::ranges::find(policies, text_at(*policy, {})) == policies.end()) {
    errors.not_supported("spec.ipFamilyPolicy", *policy, policies);
  }
}

void check_families_of_addresses(const Value& spec, FieldErrors& errors) {
  const Value& addresses = list_at(spec, {"clusterIPs"});
  const Value& families = list_at(spec, {"ipFamilies"});
  const std::size_t count = std::min(addresses.size(), families.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::string address = text_in(addresses, i);
    const std::string family = text_in(families, i);
    if ((family == "IPv4" && is_address6(address)) || (family == "IPv6" && !is_address6(address))) {
      errors.invalid(
          element("spec.clusterIPs", i),
          Value(address),
          fmt::format("expected an {} value as indicated by `ipFamilies[{}]`", family, i));
    }
  }
}

// Whether all of them are addresses or the one "None".
bool check_each_address(const Value& addresses, FieldErrors& errors) {
  bool fine = true;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string address = text_in(addresses, i);
    if (i == 0 && address == "None") {
      if (addresses.size() > 1) {
        errors.invalid("spec.clusterIPs", addresses, "'None' must be the first and only value");
        fine = false;
      }
      continue;
    }
    validate_address(address, element("spec.clusterIPs", i), errors);
    fine = fine && is_address(address);
  }
  return fine;
}

void check_addresses(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  const std::string single = text_at(spec, {"clusterIP"});
  const Value& addresses = list_at(spec, {"clusterIPs"});
  if (!single.empty() && addresses.empty()) {
    errors.required("spec.clusterIPs");
  } else if (!single.empty() && text_in(addresses, 0) != single) {
    errors.invalid("spec.clusterIPs", addresses, "first value must match `clusterIP`");
  } else if (single.empty() && !addresses.empty()) {
    errors.invalid("spec.clusterIPs", addresses, "must be empty when `clusterIP` is not specified");
  }
  check_families(spec, errors);
  const bool fine = check_each_address(addresses, errors);
  if (addresses.size() > 2) {
    errors.invalid("spec.clusterIPs", addresses, "may only hold up to 2 values");
  }
  if (!fine) {
    return;
  }
  const auto is_six = [](const Value& address) { return is_address6(text_at(address, {})); };
  const auto sixes = std::ranges::count_if(addresses, is_six);
  if (addresses.size() > 1 &&
      (sixes == 0 || sixes == static_cast<std::ptrdiff_t>(addresses.size()))) {
    errors.invalid(
        "spec.clusterIPs", addresses, "may specify no more than one IP for each IP family");
  }
  if (!is_headless(service)) {
    check_families_of_addresses(spec, errors);
  }
}

void check_load_balancer(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  const bool balances = type_of(service) == "LoadBalancer";
  const std::string only = "may only be used when `type` is 'LoadBalancer'";
  const Value* ranges = find(spec, {"loadBalancerSourceRanges"});
  if (!balances && ranges != nullptr && !ranges->empty()) {
    errors.forbidden("spec.LoadBalancerSourceRanges", only);
  }
  const Value* allocates = find(spec, {"allocateLoadBalancerNodePorts"});
  if (!balances && allocates != nullptr) {
    errors.forbidden("spec.allocateLoadBalancerNodePorts", only);
  }
  const Value* name = find(spec, {"loadBalancerClass"});
  if (name != nullptr && balances) {
    validate_qualified_name(text_at(*name, {}), "spec.loadBalancerClass", errors);
  } else if (name != nullptr) {
    errors.forbidden("spec.loadBalancerClass", only);
  }
}

void check_external_policy(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  const std::string policy = text_at(spec, {"externalTrafficPolicy"});
  if (is_external(service)) {
    validate_choice(spec, "externalTrafficPolicy", "spec", {"Cluster", "Local"}, errors);
  } else if (!policy.empty()) {
    errors.invalid("spec.externalTrafficPolicy",
                   Value(policy),
                   "may only be set for externally-accessible services");
  }
  const std::int64_t port = number_at(spec, {"healthCheckNodePort"});
  const std::string field = "spec.healthCheckNodePort";
  if (!needs_health_port(service)) {
    if (port != 0) {
      errors.invalid(field,
                     Value(port),
                     "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                     "'Local'");
    }
  } else if (port == 0) {
    errors.required(field);
  } else {
    report(port_number_faults(port), Value(port), field, errors);
  }
}

void check_inner_policy(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  const std::string type = type_of(service);
  const bool needs = type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP";
  if (needs || find(spec, {"internalTrafficPolicy"}) != nullptr) {
    validate_choice(spec, "internalTrafficPolicy", "spec", {"Cluster", "Local"}, errors);
  }
  const std::vector<std::string> spreads = {"PreferClose", "PreferSameZone", "PreferSameNode"};
  const Value* spread = find(spec, {"trafficDistribution"});
  if (spread != nullptr && std::ranges::find(spreads, text_at(*spread, {})) == spreads.end()) {
    errors.not_supported("spec.trafficDistribution", *spread, spreads);
  }
}

void check_changed_addresses(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& before = list_at(old, {"spec", "clusterIPs"});
  const Value& now = list_at(fresh, {"spec", "clusterIPs"});
  if (before.size() == now.size()) {
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before.at(i) != now.at(i)) {
        errors.invalid(element("spec.clusterIPs", i), now, kFixed);
      }
    }
    return;
  }
  if (now.empty()) {
    errors.invalid("spec.clusterIPs[0]", now, "primary clusterIP can not be unset");
    return;
  }
  if (!before.empty() && before.at(0) != now.at(0)) {
    errors.invalid("spec.clusterIPs[0]", now, kFixed);
  }
  const bool single = text_at(fresh, {"spec", "ipFamilyPolicy"}) == "SingleStack";
  if (before.size() > now.size() && now.size() == 1 && !single) {
    const Value* policy = find(fresh, {"spec", "ipFamilyPolicy"});
    errors.invalid("spec.ipFamilyPolicy",
                   policy == nullptr ? Value(nullptr) : *policy,
                   "must be set to 'SingleStack' when releasing the secondary clusterIP");
  }
}

}  // namespace

bool is_headless(const Value& service) {
  return text_in(list_at(service, {"spec", "clusterIPs"}), 0) == "None";
}

bool is_external(const Value& service) {
  const std::string type = type_of(service);
  return type == "LoadBalancer" || type == "NodePort" ||
         (type == "ClusterIP" && !list_at(service, {"spec", "externalIPs"}).empty());
}

bool needs_health_port(const Value& service) {
  return type_of(service) == "LoadBalancer" &&
         text_at(service, {"spec", "externalTrafficPolicy"}) == "Local";
}

void validate_service(const Value& service, FieldErrors& errors) {
  const Value& spec = object_at(service, {"spec"});
  check_type(service, errors);
  check_ports(service, errors);
  validate_labels(object_at(spec, {"selector"}), "spec.selector", errors);
  check_affinity(spec, errors);
  if (type_of(service) != "ExternalName") {
    check_addresses(service, errors);
  }
  const Value& external = list_at(spec, {"externalIPs"});
  for (std::size_t i = 0; i < external.size(); ++i) {
    validate_address(text_in(external, i), element("spec.externalIPs", i), errors);
  }
  check_load_balancer(service, errors);
  check_external_policy(service, errors);
  check_inner_policy(service, errors);
}

void validate_service_change(const Value& fresh, const Value& old, FieldErrors& errors) {
  const bool named = type_of(fresh) == "ExternalName" || type_of(old) == "ExternalName";
  if (!named && !(is_headless(fresh) && is_headless(old))) {
    check_changed_addresses(fresh, old, errors);
  }
  const Value* balancer = find(fresh, {"spec", "loadBalancerClass"});
  if (type_of(fresh) == "LoadBalancer" && type_of(old) == "LoadBalancer" &&
      !alike(balancer, find(old, {"spec", "loadBalancerClass"}))) {
    errors.invalid(
        "spec.loadBalancerClass", balancer == nullptr ? Value(nullptr) : *balancer, kFixed);
  }
  if (needs_health_port(fresh) && needs_health_port(old) &&
      number_at(fresh, {"spec", "healthCheckNodePort"}) !=
          number_at(old, {"spec", "healthCheckNodePort"})) {
    errors.forbidden("spec.healthCheckNodePort", "field is immutable");
  }
}

void validate_service_status(const Value& service, FieldErrors& errors) {
  const Value& entries = list_at(service, {"status", "loadBalancer", "ingress"});
  const std::string path = "status.loadBalancer.ingress";
  if (type_of(service) != "LoadBalancer" && !entries.empty()) {
    errors.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Value& entry = entries.at(i);
    const std::string here = element(path, i);
    const std::string address = text_at(entry, {"ip"});
    const std::string mode = text_at(entry, {"ipMode"});
    if (!address.empty()) {
      validate_address(address, below(here, "ip"), errors);
    }
    if (address.empty() && !mode.empty()) {
      errors.forbidden(below(here, "ipMode"), "may not be specified when `ip` is not set");
    } else if (!mode.empty() && mode != "VIP" && mode != "Proxy") {
      errors.not_supported(below(here, "ipMode"), Value(mode), {"Proxy", "VIP"});
    }
    const std::string host = text_at(entry, {"hostname"});
    if (!host.empty()) {
      validate_dns_subdomain(host, below(here, "hostname"), errors);
      if (is_address(host)) {
        errors.invalid(
            below(here, "hostname"), Value(host), "must be a DNS name, not an IP address");
      }
    }
  }
}

}  // namespace cfkops::sandbox
