#include "kinds/endpoints.hpp"

#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kShown = 3;

void check_address(const Value& address, const std::string& path, FieldErrors& errors) {
  validate_address(text_at(address, {"ip"}), below(path, "ip"), errors);
  const std::string host = text_at(address, {"hostname"});
  if (!host.empty()) {
    validate_dns_label(host, below(path, "hostname"), errors);
  }
  if (find(address, {"nodeName"}) != nullptr) {
    validate_dns_subdomain(text_at(address, {"nodeName"}), below(path, "nodeName"), errors);
  }
}

void check_port(const Value& port, bool needs_name, const std::string& path, FieldErrors& errors) {
  const std::string name = text_at(port, {"name"});
  if (!name.empty()) {
    validate_dns_label(name, below(path, "name"), errors);
  } else if (needs_name) {
    errors.required(below(path, "name"));
  }
  const std::int64_t number = number_at(port, {"port"});
  report(port_number_faults(number), Value(number), below(path, "port"), errors);
  validate_choice(port, "protocol", path, {"SCTP", "TCP", "UDP"}, errors);
  if (find(port, {"appProtocol"}) != nullptr) {
    validate_qualified_name(text_at(port, {"appProtocol"}), below(path, "appProtocol"), errors);
  }
}

void check_subset(const Value& subset, const std::string& path, FieldErrors& errors) {
  if (list_at(subset, {"addresses"}).empty() && list_at(subset, {"notReadyAddresses"}).empty()) {
    errors.required(path, "must specify `addresses` or `notReadyAddresses`");
  }
  for (const char* name : {"addresses", "notReadyAddresses"}) {
    const Value& addresses = list_at(subset, {name});
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      check_address(addresses.at(i), element(below(path, name), i), errors);
    }
  }
  const Value& ports = list_at(subset, {"ports"});
  for (std::size_t i = 0; i < ports.size(); ++i) {
    check_port(ports.at(i), ports.size() > 1, element(below(path, "ports"), i), errors);
  }
}

std::string endpoints_text(const Value& object) {
  std::vector<std::string> texts;
  std::size_t count = 0;
  for (const Value& subset : list_at(object, {"subsets"})) {
    const Value& addresses = list_at(subset, {"addresses"});
    Value ports = list_at(subset, {"ports"});
    if (ports.empty()) {
      ports.push_back(nullptr);
    }
    for (const Value& port : ports) {
      count += addresses.size();
      for (const Value& address : addresses) {
        const std::string ip = text_at(address, {"ip"});
        const std::string host = is_address6(ip) && !port.is_null() ? "[" + ip + "]" : ip;
        texts.push_back(port.is_null() ? host
                                       : fmt::format("{}:{}", host, number_at(port, {"port"})));
      }
    }
  }
  if (list_at(object, {"subsets"}).empty()) {
    return "<none>";
  }
  if (texts.size() <= kShown) {
    return fmt::format("{}", fmt::join(texts, ","));
  }
  texts.resize(kShown);
  return fmt::format("{} + {} more...", fmt::join(texts, ","), count - kShown);
}

class EndpointsKind final : public Kind {
 public:
  EndpointsKind()
      : Kind(endpoints_names()) {}

  void set_defaults(Value& object) const override {
    Value* subsets = find(object, {"subsets"});
    if (subsets == nullptr || !subsets->is_array()) {
      return;
    }
    for (Value& subset : *subsets) {
      Value* ports = find(subset, {"ports"});
      if (ports == nullptr || !ports->is_array()) {
        continue;
      }
      for (Value& port : *ports) {
        if (text_at(port, {"protocol"}).empty()) {
          make_at(port, {"protocol"}) = "TCP";
        }
      }
    }
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    const Value& subsets = list_at(object, {"subsets"});
    for (std::size_t i = 0; i < subsets.size(); ++i) {
      check_subset(subsets.at(i), element("subsets", i), errors);
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view /*subresource*/,
                       FieldErrors& errors) const override {
    if (!alike(find(fresh, {"subsets"}), find(old, {"subsets"}))) {
      validate(fresh, errors);
    }
  }

  [[nodiscard]] std::string deprecation() const override {
    return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Endpoints",
                   "string",
                   "The set of all endpoints is the union of all subsets. Addresses are placed "
                   "into subsets according to the IPs they share. A single address with multiple "
                   "ports, some of which are ready and some of which are not (because they come "
                   "from different containers) will result in the address being displayed in "
                   "different subsets for the different ports. No address will appear in both "
                   "Addresses and NotReadyAddresses in the same subset. Sets of addresses and "
                   "ports that comprise a service."),
            created_column()};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    return {name_of(object),
            endpoints_text(object),
            age_cell(object, {"metadata", "creationTimestamp"}, now)};
  }

 private:
  static KindNames endpoints_names() {
    return common_names({"", "v1", "endpoints", "Endpoints"}, {"ep"});
  }
};

}  // namespace

std::unique_ptr<Kind> endpoints_kind() {
  return std::make_unique<EndpointsKind>();
}

}  // namespace cfkops::sandbox
