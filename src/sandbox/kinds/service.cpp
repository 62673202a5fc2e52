#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/service_rules.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::int64_t kAffinitySeconds = 10800;

std::string type_of(const Value& service) {
  return text_at(service, {"spec", "type"});
}

bool needs_address(const Value& service) {
  return type_of(service) != "ExternalName";
}

bool needs_node_ports(const Value& service) {
  const std::string type = type_of(service);
  return type == "NodePort" || type == "LoadBalancer";
}

bool gets_node_ports(const Value& service) {
  return type_of(service) == "NodePort" ||
         (type_of(service) == "LoadBalancer" &&
          flag_at(service, {"spec", "allocateLoadBalancerNodePorts"}));
}

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
  }
  return hash ^ (hash >> 29U);
}

// Addresses and ports come from the uid, which is random already: a kind knows no other object.
std::string address_for(const std::string& uid) {
  constexpr std::uint64_t kNetworks = 16 * 256 - 1;  // 10.96.0.0/12 but for its first 256
  constexpr std::uint64_t kHosts = 254;
  const std::uint64_t hash = hash_of(uid);
  const std::uint64_t network = 1 + hash % kNetworks;
  const std::uint64_t host = 1 + hash / kNetworks % kHosts;
  return fmt::format("10.{}.{}.{}", 96 + network / 256, network % 256, host);
}

std::int64_t node_port_for(const std::string& what, const std::set<std::int64_t>& taken) {
  constexpr std::int64_t kFirst = 30000;
  constexpr std::uint64_t kCount = 2768;
  std::uint64_t at = hash_of(what) % kCount;
  while (taken.contains(kFirst + static_cast<std::int64_t>(at))) {
    at = (at + 1) % kCount;
  }
  return kFirst + static_cast<std::int64_t>(at);
}

std::set<std::int64_t> node_ports(const Value& service) {
  std::set<std::int64_t> ports;
  for (const Value& port : list_at(service, {"spec", "ports"})) {
    if (const std::int64_t number = number_at(port, {"nodePort"}); number != 0) {
      ports.insert(number);
    }
  }
  return ports;
}

void allocate_node_ports(Value& service, const std::string& uid) {
  Value* ports = find(service, {"spec", "ports"});
  if (ports == nullptr || !ports->is_array()) {
    return;
  }
  std::set<std::int64_t> taken = node_ports(service);
  // One port number of two protocols may be one port of the nodes as well.
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> given;
  for (Value& port : *ports) {
    if (number_at(port, {"nodePort"}) != 0) {
      continue;
    }
    const std::int64_t number = number_at(port, {"port"});
    const std::string protocol = text_at(port, {"protocol"});
    const auto same = given.find(number);
    std::int64_t chosen = 0;
    if (same != given.end() && same->second.first != protocol) {
      chosen = same->second.second;
    } else {
      chosen = node_port_for(fmt::format("{}/{}/{}", uid, protocol, number), taken);
      given[number] = {protocol, chosen};
    }
    taken.insert(chosen);
    port["nodePort"] = chosen;
  }
}

// The family policy and the families, from what is given and from the addresses.
void allocate_families(Value& spec, const Value* old) {
  const bool bare = text_at(spec, {"clusterIP"}) == "None" && object_at(spec, {"selector"}).empty();
  if (find(spec, {"ipFamilyPolicy"}) == nullptr) {
    const Value* before = old == nullptr ? nullptr : find(*old, {"spec", "ipFamilyPolicy"});
    make_at(spec, {"ipFamilyPolicy"}) =
        before != nullptr ? *before : Value(bare ? "RequireDualStack" : "SingleStack");
  }
  Value families = list_at(spec, {"ipFamilies"});
  if (families.empty()) {
    for (const Value& address : list_at(spec, {"clusterIPs"})) {
      if (address != "None") {
        families.push_back(is_address6(text_at(address, {})) ? "IPv6" : "IPv4");
      }
    }
  }
  if (families.empty()) {
    families.push_back("IPv4");
  }
  if (bare && families.size() < 2 && text_at(spec, {"ipFamilyPolicy"}) != "SingleStack") {
    families.push_back(families.at(0) == "IPv4" ? "IPv6" : "IPv4");
  }
  make_at(spec, {"ipFamilies"}) = std::move(families);
}

void allocate(Value& service, const Value* old) {
  const std::string uid = uid_of(old == nullptr ? service : *old);
  Value& spec = ensure_object(service, {"spec"});
  if (needs_address(service)) {
    const std::string single = text_at(spec, {"clusterIP"});
    if (single.empty() && list_at(spec, {"clusterIPs"}).empty()) {
      const std::string address = address_for(uid);
      spec["clusterIP"] = address;
      spec["clusterIPs"] = Value::array({address});
    }
    allocate_families(spec, old);
  }
  if (gets_node_ports(service)) {
    allocate_node_ports(service, uid);
  }
  if (needs_health_port(service) && number_at(spec, {"healthCheckNodePort"}) == 0) {
    spec["healthCheckNodePort"] = node_port_for(uid + "/health", node_ports(service));
  }
}

bool same_in_spec(const Value& one, const Value& other, const char* name) {
  return alike(find(one, {"spec", name}), find(other, {"spec", name}));
}

void drop_if_same(Value& fresh, const Value& old, const char* name) {
  if (same_in_spec(fresh, old, name)) {
    erase_at(fresh, {"spec", name});
  }
}

// What a new type does not need goes, unless the user has changed it too, which is refused then.
void drop_unneeded(Value& fresh, const Value& old) {
  if (needs_address(old) && !needs_address(fresh)) {
    if (same_in_spec(fresh, old, "clusterIP") && same_in_spec(fresh, old, "clusterIPs")) {
      erase_at(fresh, {"spec", "clusterIP"});
      erase_at(fresh, {"spec", "clusterIPs"});
    }
    drop_if_same(fresh, old, "ipFamilies");
    drop_if_same(fresh, old, "ipFamilyPolicy");
  }
  if (needs_node_ports(old) && !needs_node_ports(fresh) &&
      std::ranges::includes(node_ports(old), node_ports(fresh))) {
    for (Value& port : make_at(fresh, {"spec", "ports"})) {
      erase_at(port, {"nodePort"});
    }
  }
  if (needs_health_port(old) && !needs_health_port(fresh)) {
    drop_if_same(fresh, old, "healthCheckNodePort");
  }
  if (type_of(old) == "LoadBalancer" && type_of(fresh) != "LoadBalancer") {
    drop_if_same(fresh, old, "allocateLoadBalancerNodePorts");
    drop_if_same(fresh, old, "loadBalancerClass");
    make_at(fresh, {"status", "loadBalancer"}) = Value::object();
  }
  if (is_external(old) && !is_external(fresh)) {
    drop_if_same(fresh, old, "externalTrafficPolicy");
  }
}

void keep_addresses(Value& fresh, const Value& old) {
  if (!needs_address(old) || !needs_address(fresh)) {
    return;
  }
  Value& spec = ensure_object(fresh, {"spec"});
  const std::string before = text_at(old, {"spec", "clusterIP"});
  if (text_at(spec, {"clusterIP"}).empty() && !before.empty()) {
    spec["clusterIP"] = before;
  }
  const Value& list = list_at(old, {"spec", "clusterIPs"});
  if (list_at(spec, {"clusterIPs"}).empty() && !list.empty()) {
    spec["clusterIPs"] = list;
  }
  // Who changes the one address means the list as well.
  const std::string now = text_at(spec, {"clusterIP"});
  if (now != before && list_at(spec, {"clusterIPs"}) == list) {
    spec["clusterIPs"] = Value::array({now});
  }
}

void keep_node_ports(Value& fresh, const Value& old) {
  if (!needs_node_ports(old) || !needs_node_ports(fresh)) {
    return;
  }
  const std::set<std::int64_t> used = node_ports(fresh);
  std::map<std::string, std::int64_t> before;
  for (const Value& port : list_at(old, {"spec", "ports"})) {
    before[text_at(port, {"name"})] = number_at(port, {"nodePort"});
  }
  Value* ports = find(fresh, {"spec", "ports"});
  if (ports == nullptr) {
    return;
  }
  for (Value& port : *ports) {
    const auto known = before.find(text_at(port, {"name"}));
    if (number_at(port, {"nodePort"}) == 0 && known != before.end() && known->second != 0 &&
        !used.contains(known->second)) {
      port["nodePort"] = known->second;
    }
  }
}

std::string joined(const std::set<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

std::string external_text(const Value& service) {
  const std::string type = type_of(service);
  std::vector<std::string> addresses;
  for (const Value& address : list_at(service, {"spec", "externalIPs"})) {
    addresses.push_back(text_at(address, {}));
  }
  if (type == "ExternalName") {
    return text_at(service, {"spec", "externalName"});
  }
  if (type == "ClusterIP" || type == "NodePort") {
    return addresses.empty() ? "<none>" : fmt::format("{}", fmt::join(addresses, ","));
  }
  if (type != "LoadBalancer") {
    return "<unknown>";
  }
  std::set<std::string> entries;
  for (const Value& entry : list_at(service, {"status", "loadBalancer", "ingress"})) {
    const std::string address = text_at(entry, {"ip"});
    const std::string host = text_at(entry, {"hostname"});
    if (!address.empty() || !host.empty()) {
      entries.insert(address.empty() ? host : address);
    }
  }
  if (!entries.empty()) {
    addresses.insert(addresses.begin(), joined(entries));
  }
  return addresses.empty() ? "<pending>" : fmt::format("{}", fmt::join(addresses, ","));
}

std::string ports_text(const Value& service) {
  std::vector<std::string> texts;
  for (const Value& port : list_at(service, {"spec", "ports"})) {
    const std::int64_t on_node = number_at(port, {"nodePort"});
    const std::string number = on_node > 0
                                   ? fmt::format("{}:{}", number_at(port, {"port"}), on_node)
                                   : fmt::format("{}", number_at(port, {"port"}));
    texts.push_back(number + "/" + text_at(port, {"protocol"}));
  }
  return texts.empty() ? "<none>" : fmt::format("{}", fmt::join(texts, ","));
}

void default_affinity(Value& spec) {
  if (text_at(spec, {"sessionAffinity"}).empty()) {
    spec["sessionAffinity"] = "None";
  }
  const std::string affinity = text_at(spec, {"sessionAffinity"});
  if (affinity == "None") {
    erase_at(spec, {"sessionAffinityConfig"});
  } else if (affinity == "ClientIP") {
    set_default(spec, {"sessionAffinityConfig", "clientIP", "timeoutSeconds"}, kAffinitySeconds);
  }
}

void default_ports(Value& spec) {
  Value* ports = find(spec, {"ports"});
  if (ports == nullptr || !ports->is_array()) {
    return;
  }
  for (Value& port : *ports) {
    if (!port.is_object()) {
      continue;
    }
    if (text_at(port, {"protocol"}).empty()) {
      port["protocol"] = "TCP";
    }
    const Value* target = find(port, {"targetPort"});
    if (target == nullptr || *target == 0 || *target == Value("")) {
      port["targetPort"] = number_at(port, {"port"});
    }
  }
}

class ServiceKind final : public Kind {
 public:
  ServiceKind()
      : Kind(common_names({"", "v1", "services", "Service"}, {"svc"}, {"all"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {
        {"proxy", "ServiceProxyOptions", {}, {}, {"create", "delete", "get", "patch", "update"}},
        status_names("Service")};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool delete_answers_object() const override { return true; }

  void validate_name(std::string_view name, FieldErrors& errors) const override {
    validate_dns1035_label(name, "metadata.name", errors);
  }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    default_affinity(spec);
    if (text_at(spec, {"type"}).empty()) {
      spec["type"] = "ClusterIP";
    }
    default_ports(spec);
    if (is_external(object) && text_at(spec, {"externalTrafficPolicy"}).empty()) {
      spec["externalTrafficPolicy"] = "Cluster";
    }
    const std::string type = type_of(object);
    if (type == "NodePort" || type == "LoadBalancer" || type == "ClusterIP") {
      set_default(spec, {"internalTrafficPolicy"}, "Cluster");
    }
    if (type == "LoadBalancer") {
      set_default(spec, {"allocateLoadBalancerNodePorts"}, true);
      default_ingress(object);
    }
    ensure_object(object, {"status"});
    ensure_object(object, {"status", "loadBalancer"});
  }

  void prepare_create(Value& object) const override {
    make_at(object, {"status"}) = {{"loadBalancer", Value::object()}};
    Value& spec = ensure_object(object, {"spec"});
    const std::string single = text_at(spec, {"clusterIP"});
    if (!single.empty() && list_at(spec, {"clusterIPs"}).empty()) {
      spec["clusterIPs"] = Value::array({single});
    }
    allocate(object, nullptr);
  }

  void prepare_update(Value& fresh, const Value& old, std::string_view subresource) const override {
    Kind::prepare_update(fresh, old, subresource);
    if (subresource == "status") {
      return;
    }
    drop_unneeded(fresh, old);
    keep_addresses(fresh, old);
    keep_node_ports(fresh, old);
    if (needs_health_port(fresh) && needs_health_port(old) &&
        number_at(fresh, {"spec", "healthCheckNodePort"}) == 0) {
      make_at(fresh, {"spec", "healthCheckNodePort"}) =
          number_at(old, {"spec", "healthCheckNodePort"});
    }
    allocate(fresh, &old);
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    validate_service(object, errors);
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      validate_service_status(fresh, errors);
      return;
    }
    validate_service_change(fresh, old, errors);
    validate_service(fresh, errors);
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"spec.clusterIP", "spec.type"};
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"spec.clusterIP", text_at(object, {"spec", "clusterIP"})},
            {"spec.type", type_of(object)}};
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& addresses = list_at(object, {"spec", "clusterIPs"});
    return {name_of(object),
            type_of(object),
            addresses.empty() ? Value("<none>") : addresses.at(0),
            external_text(object),
            ports_text(object),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            labels_text(object_at(object, {"spec", "selector"}))};
  }

 private:
  static void default_ingress(Value& object) {
    Value* entries = find(object, {"status", "loadBalancer", "ingress"});
    if (entries == nullptr || !entries->is_array()) {
      return;
    }
    for (Value& entry : *entries) {
      if (!text_at(entry, {"ip"}).empty()) {
        set_default(entry, {"ipMode"}, "VIP");
      }
    }
  }
};

std::vector<Column> ServiceKind::columns() const {
  return {
      name_column(),
      column(
          "Type",
          "string",
          "type determines how the Service is exposed. Defaults to ClusterIP. Valid options are "
          "ExternalName, ClusterIP, NodePort, and LoadBalancer. \"ClusterIP\" allocates a "
          "cluster-internal IP address for load-balancing to endpoints. Endpoints are "
          "determined by the selector or if that is not specified, by manual construction of an "
          "Endpoints object or EndpointSlice objects. If clusterIP is \"None\", no virtual IP is "
          "allocated and the endpoints are published as a set of endpoints rather than a "
          "virtual IP. \"NodePort\" builds on ClusterIP and allocates a port on every node "
          "which routes to the same endpoints as the clusterIP. \"LoadBalancer\" builds on "
          "NodePort and creates an external load-balancer (if supported in the current cloud) "
          "which routes to the same endpoints as the clusterIP. \"ExternalName\" aliases this "
          "service to the specified externalName. Several other fields do not apply to "
          "ExternalName services. More info: "
          "https://kubernetes.io/docs/concepts/services-networking/service/"
          "#publishing-services-service-types"),
      column("Cluster-IP",
             "string",
             "clusterIP is the IP address of the service and is usually assigned randomly. If an "
             "address is specified manually, is in-range (as per system configuration), and is not "
             "in use, it will be allocated to the service; otherwise creation of the service will "
             "fail. This field may not be changed through updates unless the type field is also "
             "being changed to ExternalName (which requires this field to be blank) or the type "
             "field is being changed from ExternalName (in which case this field may optionally be "
             "specified, as describe above).  Valid values are \"None\", empty string (\"\"), or a "
             "valid IP address. Setting this to \"None\" makes a \"headless service\" (no virtual "
             "IP), which is useful when direct endpoint connections are preferred and proxying is "
             "not required.  Only applies to types ClusterIP, NodePort, and LoadBalancer. If this "
             "field is specified when creating a Service of type ExternalName, creation will fail. "
             "This field will be wiped when updating a Service to type ExternalName. More info: "
             "https://kubernetes.io/docs/concepts/services-networking/service/"
             "#virtual-ips-and-service-proxies"),
      column("External-IP",
             "string",
             "externalIPs is a list of IP addresses for which nodes in the cluster will also "
             "accept traffic for this service.  These IPs are not managed by Kubernetes.  The user "
             "is responsible for ensuring that traffic arrives at a node with this IP.  A common "
             "example is external load-balancers that are not part of the Kubernetes system."),
      column("Port(s)",
             "string",
             "The list of ports that are exposed by this service. More info: "
             "https://kubernetes.io/docs/concepts/services-networking/service/"
             "#virtual-ips-and-service-proxies"),
      created_column(),
      column("Selector",
             "string",
             "Route service traffic to pods with label keys and values matching this selector. If "
             "empty or not present, the service is assumed to have an external process managing "
             "its endpoints, which Kubernetes will not modify. Only applies to types ClusterIP, "
             "NodePort, and LoadBalancer. Ignored if type is ExternalName. More info: "
             "https://kubernetes.io/docs/concepts/services-networking/service/",
             1)};
}

}  // namespace

void add_service_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<ServiceKind>());
}

}  // namespace cfkops::sandbox
