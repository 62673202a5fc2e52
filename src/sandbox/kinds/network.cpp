#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kShown = 3;

// The first three, and how many more there are.
std::string with_more(const std::vector<std::string>& all, std::string_view none) {
  const std::size_t shown = std::min(all.size(), kShown);
  std::string text = fmt::format(
      "{}", fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), ","));
  if (all.size() > kShown) {
    return fmt::format("{} + {} more...", text, all.size() - kShown);
  }
  return text.empty() ? std::string(none) : text;
}

void check_port_protocol(const Value& port, const std::string& path, FieldErrors& errors) {
  const std::string protocol = text_at(port, {"protocol"});
  if (!protocol.empty() && protocol != "TCP" && protocol != "UDP" && protocol != "SCTP") {
    errors.not_supported(below(path, "protocol"), Value(protocol), {"SCTP", "TCP", "UDP"});
  }
}

void check_peer(const Value& peer, const std::string& path, FieldErrors& errors) {
  std::size_t count = 0;
  for (const char* name : {"podSelector", "namespaceSelector"}) {
    if (const Value* selector = find(peer, {name})) {
      ++count;
      validate_label_selector(*selector, below(path, name), errors);
    }
  }
  const bool has_block = find(peer, {"ipBlock"}) != nullptr;
  if (count == 0 && !has_block) {
    errors.required(path, "must specify a peer");
  } else if (count > 0 && has_block) {
    errors.forbidden(path, "may not specify both ipBlock and another peer");
  }
}

void check_rules(const Value& spec, const char* direction, const char* peers, FieldErrors& errors) {
  const std::string path = below("spec", direction);
  std::size_t index = 0;
  for (const Value& rule : list_at(spec, {direction})) {
    const std::string at = element(path, index++);
    std::size_t port_index = 0;
    for (const Value& port : list_at(rule, {"ports"})) {
      check_port_protocol(port, element(below(at, "ports"), port_index++), errors);
    }
    std::size_t peer_index = 0;
    for (const Value& peer : list_at(rule, {peers})) {
      check_peer(peer, element(below(at, peers), peer_index++), errors);
    }
  }
}

void default_ports(Value& spec, const char* direction) {
  Value* rules = find(spec, {direction});
  if (rules == nullptr || !rules->is_array()) {
    return;
  }
  for (Value& rule : *rules) {
    Value* ports = find(rule, {"ports"});
    if (ports == nullptr || !ports->is_array()) {
      continue;
    }
    for (Value& port : *ports) {
      set_default(port, {"protocol"}, "TCP");
    }
  }
}

class NetworkPolicyKind final : public Kind {
 public:
  NetworkPolicyKind()
      : Kind(common_names({"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"},
                          {"netpol"})) {}

  [[nodiscard]] bool counts_generation() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    ensure_object(spec, {"podSelector"});
    default_ports(spec, "ingress");
    default_ports(spec, "egress");
    if (list_at(spec, {"policyTypes"}).empty()) {
      Value types = Value::array({"Ingress"});
      if (!list_at(spec, {"egress"}).empty()) {
        types.push_back("Egress");
      }
      spec["policyTypes"] = std::move(types);
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    validate_label_selector(object_at(spec, {"podSelector"}), "spec.podSelector", errors);
    check_rules(spec, "ingress", "from", errors);
    check_rules(spec, "egress", "to", errors);
    const Value& types = list_at(spec, {"policyTypes"});
    if (types.size() > 2) {
      errors.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
      return;
    }
    std::size_t index = 0;
    for (const Value& type : types) {
      if (type != "Ingress" && type != "Egress") {
        errors.not_supported(element("spec.policyTypes", index), type, {"Ingress", "Egress"});
      }
      ++index;
    }
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Pod-Selector",
                   "string",
                   "Selects the pods to which this NetworkPolicy object applies.  The array of "
                   "ingress rules is applied to any pods selected by this field. Multiple network "
                   "policies can select the same set of pods.  In this case, the ingress rules for "
                   "each are combined additively. This field is NOT optional and follows standard "
                   "label selector semantics. An empty podSelector matches all pods in this "
                   "namespace."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            selector_text(find(object, {"spec", "podSelector"})),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }
};

class IngressKind final : public Kind {
 public:
  IngressKind()
      : Kind(common_names({"networking.k8s.io", "v1", "ingresses", "Ingress"}, {"ing"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {status_names(resource().kind)};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  [[nodiscard]] bool counts_generation() const override { return true; }

  void set_defaults(Value& object) const override {
    ensure_object(object, {"spec"});
    ensure_object(object, {"status", "loadBalancer"});
  }

  void prepare_create(Value& object) const override {
    Kind::prepare_create(object);
    ensure_object(object, {"status", "loadBalancer"});
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    if (list_at(spec, {"rules"}).empty() && find(spec, {"defaultBackend"}) == nullptr) {
      errors.invalid(
          "spec", list_at(spec, {"rules"}), "either `defaultBackend` or `rules` must be specified");
    }
    std::size_t index = 0;
    for (const Value& rule : list_at(spec, {"rules"})) {
      check_rule(rule, element("spec.rules", index++), errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& /*old*/,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource != "status") {
      validate(fresh, errors);
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Class",
                   "string",
                   "The name of the IngressClass resource that should be used for additional "
                   "configuration"),
            column("Hosts",
                   "string",
                   "Hosts that incoming requests are matched against before the ingress rule"),
            column("Address",
                   "string",
                   "Address is a list containing ingress points for the load-balancer"),
            column("Ports", "string", "Ports of TLS configurations that open"),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    std::vector<std::string> hosts;
    for (const Value& rule : list_at(object, {"spec", "rules"})) {
      const std::string host = text_at(rule, {"host"});
      if (!host.empty()) {
        hosts.push_back(host);
      }
    }
    std::vector<std::string> addresses;
    for (const Value& one : list_at(object, {"status", "loadBalancer", "ingress"})) {
      addresses.push_back(text_at(one, {"ip"}, text_at(one, {"hostname"})));
    }
    std::ranges::sort(addresses);
    return {name_of(object),
            text_at(object, {"spec", "ingressClassName"}, "<none>"),
            with_more(hosts, "*"),
            fmt::format("{}", fmt::join(addresses, ",")),
            list_at(object, {"spec", "tls"}).empty() ? "80" : "80, 443",
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  static void check_rule(const Value& rule, const std::string& path, FieldErrors& errors) {
    const std::string host = text_at(rule, {"host"});
    if (!host.empty() && !host.starts_with('*')) {
      validate_dns_subdomain(host, below(path, "host"), errors);
    }
    const Value* http = find(rule, {"http"});
    if (http == nullptr) {
      return;
    }
    if (list_at(*http, {"paths"}).empty()) {
      errors.required(below(path, "http.paths"));
    }
    std::size_t index = 0;
    for (const Value& one : list_at(*http, {"paths"})) {
      check_path(one, element(below(path, "http.paths"), index++), errors);
    }
  }

  static void check_path(const Value& one, const std::string& path, FieldErrors& errors) {
    const Value* type = find(one, {"pathType"});
    if (type == nullptr) {
      errors.required(below(path, "pathType"), "pathType must be specified");
      return;
    }
    if (*type != "Exact" && *type != "Prefix" && *type != "ImplementationSpecific") {
      errors.not_supported(
          below(path, "pathType"), *type, {"Exact", "ImplementationSpecific", "Prefix"});
      return;
    }
    const std::string text = text_at(one, {"path"});
    if (*type != "ImplementationSpecific" && !text.starts_with('/')) {
      errors.invalid(below(path, "path"), Value(text), "must be an absolute path");
    }
  }
};

class EndpointSliceKind final : public Kind {
 public:
  EndpointSliceKind()
      : Kind(common_names({"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"})) {}

  [[nodiscard]] bool counts_generation() const override { return true; }

  [[nodiscard]] bool counts_whole_generation() const override { return true; }

  void set_defaults(Value& object) const override {
    // Neither is ever left out, though both may be null.
    make_at(object, {"endpoints"});
    Value& ports = make_at(object, {"ports"});
    if (ports.is_array()) {
      for (Value& port : ports) {
        set_default(port, {"name"}, "");
        set_default(port, {"protocol"}, "TCP");
      }
    }
    Value* endpoints = find(object, {"endpoints"});
    if (endpoints != nullptr && endpoints->is_array()) {
      for (Value& endpoint : *endpoints) {
        ensure_object(endpoint, {"conditions"});
      }
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const std::string type = text_at(object, {"addressType"});
    if (type.empty()) {
      errors.required("addressType");
    } else if (type != "IPv4" && type != "IPv6" && type != "FQDN") {
      errors.not_supported("addressType", Value(type), {"FQDN", "IPv4", "IPv6"});
    }
    check_ports(object, errors);
    std::size_t index = 0;
    for (const Value& endpoint : list_at(object, {"endpoints"})) {
      const std::string path = element("endpoints", index++);
      if (list_at(endpoint, {"addresses"}).empty()) {
        errors.required(below(path, "addresses"), "must contain at least 1 address");
      }
      const std::string host = text_at(endpoint, {"hostname"});
      if (!host.empty()) {
        validate_dns_label(host, below(path, "hostname"), errors);
      }
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    validate(fresh, errors);
    check_immutable(
        find(fresh, {"addressType"}), find(old, {"addressType"}), "addressType", errors);
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    std::vector<std::string> ports;
    for (const Value& port : list_at(object, {"ports"})) {
      const std::string name = text_at(port, {"name"});
      ports.push_back(find(port, {"port"}) != nullptr
                          ? std::to_string(number_at(port, {"port"}))
                          : (find(port, {"name"}) != nullptr ? name : std::string("*")));
    }
    std::vector<std::string> addresses;
    for (const Value& endpoint : list_at(object, {"endpoints"})) {
      for (const Value& address : list_at(endpoint, {"addresses"})) {
        addresses.push_back(address.is_string() ? address.get<std::string>() : std::string());
      }
    }
    return {name_of(object),
            text_at(object, {"addressType"}),
            with_more(ports, "<unset>"),
            with_more(addresses, "<unset>"),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  static void check_ports(const Value& object, FieldErrors& errors) {
    std::vector<std::string> names;
    std::size_t index = 0;
    for (const Value& port : list_at(object, {"ports"})) {
      const std::string path = element("ports", index++);
      const std::string name = text_at(port, {"name"});
      if (!name.empty()) {
        validate_dns_label(name, below(path, "name"), errors);
      }
      if (std::ranges::find(names, name) != names.end()) {
        errors.duplicate(below(path, "name"), Value(name));
      }
      names.push_back(name);
      check_port_protocol(port, path, errors);
    }
  }
};

std::vector<Column> EndpointSliceKind::columns() const {
  return {name_column(),
          column("AddressType",
                 "string",
                 "addressType specifies the type of address carried by this EndpointSlice. All "
                 "addresses in this slice must be the same type. This field is immutable after "
                 "creation. The following address types are currently supported: * IPv4: "
                 "Represents an IPv4 Address. * IPv6: Represents an IPv6 Address. * FQDN: "
                 "Represents a Fully Qualified Domain Name."),
          column("Ports",
                 "string",
                 "ports specifies the list of network ports exposed by each endpoint in this "
                 "slice. Each port must have a unique name. When ports is empty, it indicates that "
                 "there are no defined ports. When a port is defined with a nil port value, it "
                 "indicates \"all ports\". Each slice may include a maximum of 100 ports."),
          column("Endpoints",
                 "string",
                 "endpoints is a list of unique endpoints in this slice. Each slice may include a "
                 "maximum of 1000 endpoints."),
          created_column()};
}

}  // namespace

void add_network_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<EndpointSliceKind>());
  kinds.push_back(std::make_unique<IngressKind>());
  kinds.push_back(std::make_unique<NetworkPolicyKind>());
}

}  // namespace cfkops::sandbox
