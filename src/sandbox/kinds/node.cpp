#include "decode.hpp"
#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/tabular.hpp"
#include "kinds/word_rules.hpp"
#include "names.hpp"
#include "object_meta.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kFixedNetwork =
    "node updates may not change podCIDR except from \"\" to valid";

std::string or_unknown(std::string text) {
  return text.empty() ? "<unknown>" : std::move(text);
}

std::string address_of(const Value& node, std::string_view type) {
  const Value& addresses = list_at(node, {"status", "addresses"});
  const auto found = std::ranges::find_if(
      addresses, [type](const Value& one) { return text_at(one, {"type"}) == type; });
  return found == addresses.end() ? "<none>" : text_at(*found, {"address"});
}

std::string roles_text(const Value& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  for (const auto& [key, value] : object_at(node, {"metadata", "labels"}).items()) {
    if (key.starts_with(kPrefix) && key.size() > kPrefix.size()) {
      roles.insert(key.substr(kPrefix.size()));
    } else if (key == "kubernetes.io/role" && !text_at(value, {}).empty()) {
      roles.insert(text_at(value, {}));
    }
  }
  return roles.empty() ? "<none>" : fmt::format("{}", fmt::join(roles, ","));
}

std::string status_text(const Value& node) {
  std::string text = "Unknown";
  for (const Value& condition : list_at(node, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) == "Ready") {
      text = text_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
    }
  }
  return flag_at(node, {"spec", "unschedulable"}) ? text + ",SchedulingDisabled" : text;
}

void check_taints(const Value& node, FieldErrors& errors) {
  const Value& taints = list_at(node, {"spec", "taints"});
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < taints.size(); ++i) {
    const Value& taint = taints.at(i);
    const std::string path = element("metadata.taints", i);
    const std::string key = text_at(taint, {"key"});
    const std::string value = text_at(taint, {"value"});
    const std::string effect = text_at(taint, {"effect"});
    validate_qualified_name(key, below(path, "key"), errors);
    if (const Faults faults = label_value_faults(value); !faults.empty()) {
      errors.invalid(below(path, "value"), Value(value), fmt::format("{}", fmt::join(faults, ";")));
    }
    validate_choice(taint, "effect", path, {"NoSchedule", "PreferNoSchedule", "NoExecute"}, errors);
    if (!seen.insert({key, effect}).second) {
      // As the internal type prints, which has no names for JSON.
      errors.add({FieldError::Type::Duplicate,
                  path,
                  "taints must be unique by key and effect pair",
                  fmt::format(R"({{"Key":{},"Value":{},"Effect":{},"TimeAdded":{}}})",
                              go_quoted(key),
                              go_quoted(value),
                              go_quoted(effect),
                              find(taint, {"timeAdded"}) == nullptr
                                  ? "null"
                                  : go_quoted(text_at(taint, {"timeAdded"})))});
    }
  }
}

void check_amounts(const Value& node, FieldErrors& errors) {
  for (const char* name : {"capacity", "allocatable"}) {
    for (const auto& [resource, amount] : object_at(node, {"status", name}).items()) {
      const std::string field = fmt::format("status.{}.{}", name, resource);
      const std::string text = text_at(amount, {});
      if (quantity_milli(text) < 0) {
        errors.invalid(field, Value(text), "must be greater than or equal to 0");
      }
      if (resource == "pods" && quantity_milli(text) % 1000 != 0) {
        errors.invalid(field, Value(text), "must be an integer");
      }
    }
  }
}

void check_change(const Value& fresh, const Value& old, FieldErrors& errors) {
  const Value& networks = list_at(old, {"spec", "podCIDRs"});
  if (!networks.empty() && networks != list_at(fresh, {"spec", "podCIDRs"})) {
    errors.forbidden("spec.podCIDRs", kFixedNetwork);
  }
  const std::string provider = text_at(old, {"spec", "providerID"});
  if (!provider.empty() && provider != text_at(fresh, {"spec", "providerID"})) {
    errors.forbidden("spec.providerID",
                     "node updates may not change providerID except from \"\" to valid");
  }
  if (text_at(old, {"spec", "externalID"}) != text_at(fresh, {"spec", "externalID"})) {
    errors.forbidden("spec.externalID", "may not be updated");
  }
  const Value& addresses = list_at(fresh, {"status", "addresses"});
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string type = text_at(addresses.at(i), {"type"});
    const std::string address = text_at(addresses.at(i), {"address"});
    if (!seen.insert({type, address}).second) {
      errors.add(
          {FieldError::Type::Duplicate,
           element("status.addresses", i),
           {},
           fmt::format(R"({{"Type":{},"Address":{}}})", go_quoted(type), go_quoted(address))});
    }
  }
}

class NodeKind final : public Kind {
 public:
  NodeKind()
      : Kind(common_names({"", "v1", "nodes", "Node", false}, {"no"})) {}

  [[nodiscard]] std::vector<SubresourceNames> subresources() const override {
    return {{"proxy", "NodeProxyOptions", {}, {}, {"create", "delete", "get", "patch", "update"}},
            status_names("Node")};
  }

  [[nodiscard]] bool has_status() const override { return true; }

  void set_defaults(Value& object) const override {
    Value& spec = ensure_object(object, {"spec"});
    // The list is what counts; the one network is its first.
    const std::string network = text_at(spec, {"podCIDR"});
    const Value networks = list_at(spec, {"podCIDRs"});
    if (networks.empty() && !network.empty()) {
      spec["podCIDRs"] = Value::array({network});
    } else if (!networks.empty()) {
      spec["podCIDR"] = networks.at(0);
    }
    Value& status = ensure_object(object, {"status"});
    if (find(status, {"allocatable"}) == nullptr && find(status, {"capacity"}) != nullptr) {
      status["allocatable"] = object_at(status, {"capacity"});
    }
    if (const Schema* shape = schema(); shape != nullptr) {
      normalize(*shape, object);
    }
  }

  // Who creates a node may give it a status.
  void prepare_create(Value& /*object*/) const override {}

  void validate(const Value& object, FieldErrors& errors) const override {
    check_taints(object, errors);
    check_amounts(object, errors);
    const Value& networks = list_at(object, {"spec", "podCIDRs"});
    if (networks.size() > 2) {
      errors.invalid(
          "spec.podCIDRs", networks, "may specify no more than one CIDR for each IP family");
    }
  }

  void validate_update(const Value& fresh,
                       const Value& old,
                       std::string_view subresource,
                       FieldErrors& errors) const override {
    if (subresource == "status") {
      check_taints(fresh, errors);
      check_amounts(fresh, errors);
    } else {
      validate(fresh, errors);
    }
    check_change(fresh, old, errors);
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"spec.unschedulable"};
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"spec.unschedulable", flag_at(object, {"spec", "unschedulable"}) ? "true" : "false"}};
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& info = object_at(object, {"status", "nodeInfo"});
    return {name_of(object),
            status_text(object),
            roles_text(object),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            text_at(info, {"kubeletVersion"}),
            address_of(object, "InternalIP"),
            address_of(object, "ExternalIP"),
            or_unknown(text_at(info, {"osImage"})),
            or_unknown(text_at(info, {"kernelVersion"})),
            or_unknown(text_at(info, {"containerRuntimeVersion"}))};
  }
};

std::vector<Column> NodeKind::columns() const {
  const std::string addresses =
      "List of addresses reachable to the node. Queried from cloud provider, if available. More "
      "info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is "
      "declared as mergeable, but the merge key is not sufficiently unique, which can cause data "
      "corruption when it is merged. Callers should instead use a full-replacement patch. See "
      "https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change "
      "during the lifetime of a Node. However, there are some exceptions where this may not be "
      "possible, such as Pods that inherit a Node's address in its own status or consumers of the "
      "downward API (status.hostIP).";
  return {name_column(),
          column("Status", "string", "The status of the node"),
          column("Roles", "string", "The roles of the node"),
          created_column(),
          column("Version", "string", "Kubelet Version reported by the node."),
          column("Internal-IP", "string", addresses, 1),
          column("External-IP", "string", addresses, 1),
          column("OS-Image",
                 "string",
                 "OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 "
                 "(wheezy)).",
                 1),
          column("Kernel-Version",
                 "string",
                 "Kernel Version reported by the node from 'uname -r' (e.g. "
                 "3.16.0-0.bpo.4-amd64).",
                 1),
          column("Container-Runtime",
                 "string",
                 "ContainerRuntime Version reported by the node through runtime remote API (e.g. "
                 "containerd://1.4.2).",
                 1)};
}

}  // namespace

void add_node_kinds(Kinds& kinds) {
  kinds.push_back(std::make_unique<NodeKind>());
}

}  // namespace cfkops::sandbox
