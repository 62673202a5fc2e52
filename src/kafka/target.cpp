#include "cfkops/kafka/target.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace cfkops::kafka {

namespace {

constexpr std::string_view kCfkGroup = "platform.confluent.io/";
constexpr std::string_view kTypeLabel = "platform.confluent.io/type";

// CFK's names for its two components: value of the type label and name of the main container.
constexpr std::string_view kBrokerType = "kafka";
constexpr std::string_view kControllerType = "kraftcontroller";

const kube::Resource& kafkas() {
  static const kube::Resource resource{"platform.confluent.io", "v1beta1", "kafkas", "Kafka", true};
  return resource;
}

/// CFK's type label on the set or its pods, or a main container of that name.
bool is_of_type(const kube::Object& set, std::string_view type) {
  if (const auto label = set.label(kTypeLabel)) {
    return *label == type;
  }
  const std::string pointer = "/spec/template/metadata/labels/" + base::pointer_token(kTypeLabel);
  const std::string on_pods = set.json().string_or(pointer, "");
  if (!on_pods.empty()) {
    return on_pods == type;
  }
  const std::vector<Json> containers = set.json().items("/spec/template/spec/containers");
  return std::any_of(containers.begin(), containers.end(), [&](const Json& container) {
    return container.string_or("/name", "") == type;
  });
}

/// The CFK resource of `kind` that owns the set, as (name, uid).
std::optional<std::pair<std::string, std::string>> cfk_owner(const kube::Object& set,
                                                             std::string_view kind) {
  for (const Json& owner : set.json().items("/metadata/ownerReferences")) {
    if (owner.string_or("/kind", "") == kind &&
        owner.string_or("/apiVersion", "").starts_with(kCfkGroup)) {
      return std::pair(owner.string_or("/name", ""), owner.string_or("/uid", ""));
    }
  }
  return std::nullopt;
}

/// The controllers that a Kafka resource names, "" where it names none in this namespace.
std::string named_controllers(const kube::Object& kafka) {
  const std::string ref = "/spec/dependencies/kRaftController/clusterRef";
  const std::string ns = kafka.json().string_or(ref + "/namespace", kafka.ns());
  return ns == kafka.ns() ? kafka.json().string_or(ref + "/name", "") : "";
}

void find_controllers(Target& target,
                      const std::vector<kube::Object>& controller_sets,
                      const std::string& named) {
  std::vector<std::string> names;
  for (const kube::Object& set : controller_sets) {
    names.push_back(set.name());
  }
  if (std::find(names.begin(), names.end(), named) != names.end()) {
    target.controller_set = named;
  } else if (!named.empty()) {
    target.controller_doubt =
        fmt::format("there is no StatefulSet {} that kRaftController names", named);
  } else if (names.size() == 1) {
    target.controller_set = names.front();
  } else if (names.empty()) {
    target.controller_doubt = "no StatefulSet of KRaft controllers in namespace " + target.ns;
  } else {
    target.controller_doubt = fmt::format(
        "{} StatefulSets of KRaft controllers: {}", names.size(), base::enumerate(names));
  }
}

/// CFK's Kafka resources. Without the CRD there are none; where we may not list them (which is also
/// the answer to the minimal role on a cluster without CFK) their StatefulSets still name them as
/// owners.
Result<std::vector<kube::Object>> list_kafkas(kube::Reader& reader, const std::string& ns) {
  auto list = reader.list(kafkas(), ns);
  if (list) {
    return std::move(list->items);
  }
  if (list.error().code == ErrorCode::NotFound || list.error().code == ErrorCode::Forbidden) {
    return std::vector<kube::Object>();
  }
  return std::move(list).error();
}

Target target_of_set(const kube::Object& set, const std::string& ns) {
  Target target{.kind = "StatefulSet",
                .ns = ns,
                .name = set.name(),
                .uid = set.uid(),
                .broker_set = set.name()};
  if (const auto owner = cfk_owner(set, "Kafka")) {
    target.kind = "Kafka";
    target.name = owner->first;
    target.uid = owner->second;
  }
  return target;
}

int ordinal_of(const std::string& pod) {
  const std::size_t dash = pod.rfind('-');
  int ordinal = -1;
  if (dash != std::string::npos) {
    std::from_chars(pod.data() + dash + 1, pod.data() + pod.size(), ordinal);
  }
  return ordinal;
}

bool owned_by(const kube::Object& pod, const kube::Object& set) {
  for (const Json& owner : pod.json().items("/metadata/ownerReferences")) {
    if (owner.string_or("/uid", "") == set.uid()) {
      return true;
    }
  }
  return false;
}

std::string selector_of(const kube::Object& set) {
  std::vector<std::string> terms;
  for (const auto& [key, value] : set.json().members("/spec/selector/matchLabels")) {
    terms.push_back(key + "=" + value.string_or("", ""));
  }
  return base::join(terms, ",");
}

}  // namespace

std::string_view to_string(Role role) {
  return role == Role::Broker ? "broker" : "controller";
}

std::optional<Role> role_of(const kube::Object& set) {
  if (is_of_type(set, kControllerType)) {
    return Role::Controller;
  }
  return is_of_type(set, kBrokerType) ? std::optional(Role::Broker) : std::nullopt;
}

Result<std::vector<Target>> find_targets(kube::Reader& reader, const std::string& ns) {
  CFKOPS_ASSIGN(const std::vector<kube::Object> resources, list_kafkas(reader, ns));
  CFKOPS_ASSIGN(const kube::ObjectList sets, reader.list(kube::resources::stateful_sets(), ns));
  std::vector<kube::Object> controller_sets;
  std::vector<Target> targets;
  for (const kube::Object& set : sets.items) {
    if (is_of_type(set, kControllerType)) {
      controller_sets.push_back(set);
    } else if (is_of_type(set, kBrokerType)) {
      targets.push_back(target_of_set(set, ns));
    }
  }
  std::map<std::string, std::string> named;
  for (const kube::Object& kafka : resources) {
    named.emplace(kafka.name(), named_controllers(kafka));
    // CFK gives the StatefulSet the resource's name; a set that lost its owner reference is still
    // the resource's.
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const Target& target) {
      return target.broker_set == kafka.name() ||
             (target.kind == "Kafka" && target.uid == kafka.uid());
    });
    if (found == targets.end()) {
      targets.push_back({"Kafka", ns, kafka.name(), kafka.uid(), kafka.name(), "", ""});
    } else {
      found->kind = "Kafka";
      found->name = kafka.name();
      found->uid = kafka.uid();
    }
  }
  for (Target& target : targets) {
    const auto name = target.kind == "Kafka" ? named.find(target.name) : named.end();
    find_controllers(target, controller_sets, name == named.end() ? "" : name->second);
  }
  return targets;
}

Result<std::vector<Member>> members(kube::Reader& reader,
                                    const std::string& ns,
                                    const std::string& stateful_set,
                                    Role role) {
  CFKOPS_ASSIGN(const kube::Object set,
                reader.get(kube::resources::stateful_sets(), ns, stateful_set));
  kube::ListOptions options;
  options.label_selector = selector_of(set);
  CFKOPS_ASSIGN(const kube::ObjectList pods, reader.list(kube::resources::pods(), ns, options));
  std::vector<Member> found;
  for (const kube::Object& pod : pods.items) {
    if (!owned_by(pod, set)) {
      continue;
    }
    found.push_back({role,
                     pod.name(),
                     pod.uid(),
                     kube::pod_ready(pod),
                     pod.label("controller-revision-hash").value_or(""),
                     pod});
  }
  std::sort(found.begin(), found.end(), [](const Member& a, const Member& b) {
    return ordinal_of(a.pod) < ordinal_of(b.pod);
  });
  return found;
}

}  // namespace cfkops::kafka
