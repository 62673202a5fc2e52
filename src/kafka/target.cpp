#include "cfkops/kafka/target.hpp"

#include "identity.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace cfkops::kafka {

namespace {

constexpr std::string_view kTypeLabel = "platform.confluent.io/type";

// CFK's names for its two components: value of the type label and name of the main container.
constexpr std::string_view kBrokerType = "kafka";
constexpr std::string_view kControllerType = "kraftcontroller";

// What it means that the controllers are elsewhere.
constexpr std::string_view kNotWatched =
    "that quorum cannot be watched from here, and what needs it whole does not restart this Kafka";

/// How long it may take to find out which process belongs to which cluster.
constexpr Duration kAskTimeout = std::chrono::seconds(5);

/// A StatefulSet of Kafka processes, and what these say.
struct Part {
  const kube::Object* set = nullptr;       ///< nullptr: there is only a resource
  const kube::Object* resource = nullptr;  ///< the Kafka resource that it belongs to
  std::optional<Role> role = {};           ///< nothing: a container named kafka is all there is
  bool combined = false;                   ///< brokers that are controllers as well
  bool votes = false;                      ///< a process of it says that it is a controller
  std::set<std::string> cluster_ids = {};
  std::string silence = {};  ///< why the first of its pods that did not answer did not
};

/// The controllers that a Kafka resource names.
struct Named {
  std::string ns;
  std::string name;  ///< "" where it names none
};

/// CFK's type label on the set, else on its pods, else "".
std::string type_label(const kube::Object& set) {
  const std::string on_pods = "/spec/template/metadata/labels/" + base::pointer_token(kTypeLabel);
  const auto label = set.label(kTypeLabel);
  return label ? *label : set.json().string_or(on_pods, "");
}

/// CFK's type label on the set or its pods, or a main container of that name.
bool is_of_type(const kube::Object& set, std::string_view type) {
  if (const std::string label = type_label(set); !label.empty()) {
    return label == type;
  }
  const std::vector<Json> containers = set.json().items("/spec/template/spec/containers");
  return std::any_of(containers.begin(), containers.end(), [&](const Json& container) {
    return container.string_or("/name", "") == type;
  });
}

std::optional<CfkOwner> kafka_owner(const kube::Object& set) {
  auto owner = cfk_owner(set);
  return owner && owner->kind == "Kafka" ? owner : std::nullopt;
}

/// CFK gives the StatefulSet the resource's name; a set that lost its owner reference is still the
/// resource's.
const kube::Object* resource_of(const kube::Object& set,
                                const std::vector<kube::Object>& resources) {
  const auto owner = kafka_owner(set);
  for (const kube::Object& resource : resources) {
    if (resource.name() == set.name() || (owner && owner->uid == resource.uid())) {
      return &resource;
    }
  }
  return nullptr;
}

std::optional<Part> part_of(const kube::Object& set, const std::vector<kube::Object>& resources) {
  Part part{.set = &set, .role = role_of(set)};
  if (!part.role) {
    return std::nullopt;
  }
  if (part.role == Role::Broker) {
    part.resource = resource_of(set, resources);
    const bool told = part.resource != nullptr || kafka_owner(set) || !type_label(set).empty();
    part.role = told ? part.role : std::nullopt;
  }
  return part;
}

Named named_controllers(const kube::Object* kafka) {
  if (kafka == nullptr) {
    return {};
  }
  const std::string ref = "/spec/dependencies/kRaftController/clusterRef";
  return {kafka->json().string_or(ref + "/namespace", kafka->ns()),
          kafka->json().string_or(ref + "/name", "")};
}

/// Brokers, or what may be brokers, whose controllers no resource names.
bool seeks(const Part& part) {
  return part.role != Role::Controller && named_controllers(part.resource).name.empty();
}

void take(Part& part, const Identity& identity) {
  if (!identity.cluster_id.empty()) {
    part.cluster_ids.insert(identity.cluster_id);
  }
  part.votes = part.votes || identity.controller;
  if (identity.broker) {
    part.role = part.role.value_or(Role::Broker);
    part.combined = part.combined || identity.controller;
  } else if (identity.controller && !part.role) {
    part.role = Role::Controller;
  }
}

/// Asks the processes for their roles and their cluster, where no object tells.
void ask(kube::Reader& reader, const std::string& ns, std::vector<Part>& parts) {
  std::vector<std::string> pods;
  const bool sought = std::any_of(parts.begin(), parts.end(), seeks);
  for (const Part& part : parts) {
    if (seeks(part) || (sought && part.role == Role::Controller)) {
      const std::vector<std::string> names = pod_names(*part.set);
      pods.insert(pods.end(), names.begin(), names.end());
    }
  }
  const auto identities = read_identities(reader, ns, pods, kAskTimeout);
  for (Part& part : parts) {
    for (const std::string& pod : pod_names(*part.set)) {
      const auto found = identities.find(pod);
      if (found == identities.end()) {
        continue;
      }
      if (found->second) {
        take(part, *found->second);
      } else if (part.silence.empty()) {
        part.silence = fmt::format("{}: {}", pod, found->second.error().message);
      }
    }
  }
}

std::string names_of(const std::vector<const Part*>& parts) {
  std::vector<std::string> names;
  names.reserve(parts.size());
  for (const Part* part : parts) {
    names.push_back(part->set->name());
  }
  return base::enumerate(names);
}

/// What to do beside `first`: name the controllers, where there is a resource that can.
std::string remedy(const Part& brokers, std::string_view first) {
  if (brokers.resource == nullptr) {
    return std::string(first);
  }
  return fmt::format("{}, or name the controllers in spec.dependencies.kRaftController of Kafka {}",
                     first,
                     brokers.resource->name());
}

void be_uncertain(Target& target, const std::string& why, const std::string& remedy) {
  target.controllers_uncertain = true;
  target.controller_doubt = why + "; " + remedy;
}

/// Uncertain because the pods of `silent` do not answer.
void be_unanswered(Target& target, const Part& brokers, const Part& silent, std::string why) {
  if (!silent.silence.empty()) {
    why += " (" + silent.silence + ")";
  }
  be_uncertain(target, why, remedy(brokers, "see that they answer (Jolokia, port 7777)"));
}

void take_named(Target& target, const Named& named, const std::vector<const Part*>& others) {
  if (named.ns != target.ns) {
    target.controller_doubt =
        fmt::format("Kafka {} names the controllers {}/{}, which are in another namespace: {}",
                    target.name,
                    named.ns,
                    named.name,
                    kNotWatched);
    return;
  }
  const bool found = std::any_of(others.begin(), others.end(), [&](const Part* part) {
    return part->role == Role::Controller && part->set->name() == named.name;
  });
  if (found) {
    target.controller_set = named.name;
    return;
  }
  be_uncertain(target,
               fmt::format("there is no StatefulSet {} that kRaftController of Kafka {} names",
                           named.name,
                           target.name),
               fmt::format("look at kraftcontroller {}, or correct "
                           "spec.dependencies.kRaftController.clusterRef",
                           named.name));
}

/// Compares cluster ids with those that are, or may be, controllers.
void find_by_id(Target& target, const Part& brokers, const std::vector<const Part*>& others) {
  const std::set<std::string>& ids = brokers.cluster_ids;
  const std::string& name = target.broker_set;
  if (ids.empty()) {
    be_unanswered(target, brokers, brokers, fmt::format("no pod of {} tells its cluster id", name));
    return;
  }
  if (ids.size() > 1) {
    be_uncertain(target,
                 fmt::format("the pods of {} tell of {} clusters ({})",
                             name,
                             ids.size(),
                             base::enumerate(std::vector<std::string>(ids.begin(), ids.end()))),
                 "look at which is which: those of one StatefulSet must be of one cluster");
    return;
  }
  std::vector<const Part*> same;
  std::vector<const Part*> silent;
  for (const Part* part : others) {
    if (part->cluster_ids.empty()) {
      silent.push_back(part);
    } else if (part->cluster_ids.contains(*ids.begin())) {
      same.push_back(part);
    }
  }
  const bool one = same.size() == 1 && same.front()->cluster_ids.size() == 1 &&
                   same.front()->role == Role::Controller;
  if (one && !brokers.combined) {
    target.controller_set = same.front()->set->name();
  } else if (!same.empty()) {
    be_uncertain(target,
                 fmt::format("{}controllers of {} tell cluster id {} of {} too",
                             brokers.combined ? "its brokers are controllers, and " : "",
                             names_of(same),
                             *ids.begin(),
                             name),
                 remedy(brokers,
                        "the controllers of a cluster must be one StatefulSet, and of one cluster "
                        "only, to be watched"));
  } else if (brokers.combined) {
    target.controller_doubt = "the brokers are the controllers here (combined mode)";
  } else if (!silent.empty()) {
    be_unanswered(target,
                  brokers,
                  *silent.front(),
                  fmt::format("it cannot be told whether {} has its controllers in {}: no pod "
                              "there tells its cluster id",
                              name,
                              names_of(silent)));
  } else if (others.empty()) {
    target.controller_doubt = fmt::format(
        "no StatefulSet of KRaft controllers in namespace {}; if they are in another one: {}",
        target.ns,
        kNotWatched);
  } else {
    target.controller_doubt = fmt::format(
        "the controllers in namespace {} ({}) are another cluster's: none tells the cluster id {} "
        "of {}",
        target.ns,
        names_of(others),
        *ids.begin(),
        name);
  }
}

void find_controllers(Target& target, const Part& brokers, const std::vector<Part>& parts) {
  std::vector<const Part*> others;
  for (const Part& part : parts) {
    // What is labelled as brokers may be controllers all the same: its processes know.
    if (part.set != brokers.set && (part.role != Role::Broker || part.votes)) {
      others.push_back(&part);
    }
  }
  if (const Named named = named_controllers(brokers.resource); !named.name.empty()) {
    take_named(target, named, others);
  } else {
    find_by_id(target, brokers, others);
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

Target target_of(const Part& part, const std::string& ns) {
  const kube::Object& named = part.set != nullptr ? *part.set : *part.resource;
  Target target{.kind = "StatefulSet",
                .ns = ns,
                .name = named.name(),
                .uid = named.uid(),
                .broker_set = named.name()};
  if (part.resource != nullptr) {
    target.kind = "Kafka";
    target.name = part.resource->name();
    target.uid = part.resource->uid();
  } else if (const auto owner = kafka_owner(named)) {
    target.kind = "Kafka";
    target.name = owner->name;
    target.uid = owner->uid;
  }
  return target;
}

}  // namespace

std::string_view to_string(Role role) {
  return role == Role::Broker ? "broker" : "controller";
}

const kube::Resource& kafkas() {
  static const kube::Resource kKafkas{"platform.confluent.io", "v1beta1", "kafkas", "Kafka", true};
  return kKafkas;
}

std::vector<std::string> pod_names(const kube::Object& set) {
  const std::int64_t start = set.json().int_or("/spec/ordinals/start", 0);
  const std::int64_t replicas = set.json().int_or("/spec/replicas", 1);
  std::vector<std::string> names;
  for (std::int64_t i = start; i < start + replicas; ++i) {
    names.push_back(fmt::format("{}-{}", set.name(), i));
  }
  return names;
}

std::optional<std::int64_t> ordinal_of(const std::string& pod) {
  const std::size_t dash = pod.rfind('-');
  if (dash == std::string::npos) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const char* end = pod.data() + pod.size();
  const auto [stop, failure] = std::from_chars(pod.data() + dash + 1, end, number);
  return failure == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::optional<CfkOwner> cfk_owner(const kube::Object& object) {
  for (const Json& owner : object.json().items("/metadata/ownerReferences")) {
    const std::string kind = owner.string_or("/kind", "");
    if (owner.string_or("/apiVersion", "").starts_with(kCfkPrefix) &&
        (kind == "Kafka" || kind == "KRaftController")) {
      return CfkOwner{kind, owner.string_or("/name", ""), owner.string_or("/uid", "")};
    }
  }
  return std::nullopt;
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
  std::vector<Part> parts;
  for (const kube::Object& set : sets.items) {
    if (auto part = part_of(set, resources)) {
      parts.push_back(*std::move(part));
    }
  }
  ask(reader, ns, parts);
  std::vector<Part> clusters;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(clusters), [](const Part& part) {
    return part.role != Role::Controller;
  });
  for (const kube::Object& kafka : resources) {
    const bool has_set = std::any_of(clusters.begin(), clusters.end(), [&](const Part& part) {
      return part.resource == &kafka;
    });
    if (!has_set) {
      clusters.push_back({.resource = &kafka, .role = Role::Broker});
    }
  }
  std::vector<Target> targets;
  for (const Part& brokers : clusters) {
    targets.push_back(target_of(brokers, ns));
    find_controllers(targets.back(), brokers, parts);
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
  options.label_selector = kube::selector_text(set.json().get("/spec/selector"));
  CFKOPS_ASSIGN(const kube::ObjectList pods, reader.list(kube::resources::pods(), ns, options));
  std::vector<Member> found;
  for (const kube::Object& pod : pods.items) {
    if (!kube::owned_by(pod, set)) {
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
