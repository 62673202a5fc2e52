#include "controllers/cfk_pass.hpp"

#include "controllers/cluster_objects.hpp"
#include "controllers/pods.hpp"
#include "facts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kOperator = "confluent-operator";
constexpr std::string_view kSets = "statefulsets.apps";
constexpr std::string_view kRestartedAt = "kubectl.kubernetes.io/restartedAt";
constexpr std::string_view kPartitions = "kafka.server:type=ReplicaManager,name=PartitionCount";
constexpr Duration kPoll = std::chrono::seconds(2);

/// What events call a kind.
std::string event_kind(const Value& object) {
  return "*v1." + text_at(object, {"kind"});
}

Value& partition_of(Value& set_spec) {
  return make_at(set_spec, {"updateStrategy", "rollingUpdate", "partition"});
}

bool was_observed(const CfkResource& resource) {
  return number_at(resource.object(), {"status", "observedGeneration"}) == resource.generation();
}

}  // namespace

WriteOptions as_cfk_operator(std::string_view subresource) {
  WriteOptions options;
  options.caller.user = "system:serviceaccount:confluent:confluent-for-kubernetes";
  options.caller.groups = {
      "system:serviceaccounts", "system:serviceaccounts:confluent", "system:authenticated"};
  options.caller.agent = std::string(kOperator);
  options.manager = std::string(kOperator);
  options.subresource = std::string(subresource);
  return options;
}

CfkPass::CfkPass(Registry& registry,
                 const Programs& programs,
                 const Value& object,
                 CfkApplied& applied)
    : registry_(registry),
      programs_(programs),
      resource_(object),
      applied_(applied) {}

void CfkPass::ensure_all() {
  found_.set = stored_set();
  look_at_pods();
  found_.problem = resource_.problem();
  if (found_.problem.empty() && lacks_controllers()) {
    found_.waits_for_others = true;
    tell("Warning", "Warning", "waiting for at-least one kRaft controller pod availability");
  } else if (found_.problem.empty()) {
    for (Value& wanted : resource_.wanted()) {
      ensure(std::move(wanted));
    }
  }
}

bool CfkPass::is_unsettled() const {
  return found_.set == nullptr || found_.waits_for_others || !found_.problem.empty() ||
         !found_.frozen.empty() || !found_.shrinks.empty();
}

Duration CfkPass::run() {
  found_.set = stored_set();
  look_at_pods();
  if (found_.set != nullptr) {
    roll();
  }
  write_status();
  const bool is_missing = found_.set == nullptr && resource_.problem().empty();
  const bool waits =
      is_missing || !found_.frozen.empty() || !found_.shrinks.empty() || found_.roll.rolling;
  return waits ? kPoll : Duration::zero();
}

Key CfkPass::place(std::string_view bucket, const std::string& name) const {
  return {std::string(bucket), resource_.ns(), name};
}

Shared CfkPass::stored_set() const {
  return registry_.store().get(place(kSets, resource_.name()));
}

/// Brokers come once there is a controller; what is there already does not wait.
bool CfkPass::lacks_controllers() const {
  const std::string controllers = resource_.controllers_name();
  if (controllers.empty() || found_.set != nullptr) {
    return false;
  }
  const Shared set = registry_.store().get(place(kSets, controllers));
  return set == nullptr || number_at(*set, {"status", "availableReplicas"}) == 0;
}

void CfkPass::tell(std::string_view type, std::string_view reason, const std::string& message) {
  record_event(registry_, resource_.object(), kOperator, type, reason, message);
}

void CfkPass::ensure(Value wanted) {
  const Kind* kind =
      registry_.kinds().find_kind(text_at(wanted, {"apiVersion"}), text_at(wanted, {"kind"}));
  if (kind == nullptr) {
    return;
  }
  const Key key = place(kind->bucket(), name_of(wanted));
  if (const Shared there = registry_.store().get(key)) {
    const bool is_claim = key.bucket == "persistentvolumeclaims";
    if (is_deleting(*there) || (!is_claim && !own(key, *there))) {
      return;
    }
    converge(key, *registry_.store().get(key), wanted);
    return;
  }
  const std::string what = event_kind(wanted);
  const auto made = registry_.create(*kind, resource_.ns(), std::move(wanted), as_cfk_operator());
  if (!made) {
    found_.problem = made.error().message;
    return;
  }
  tell("Normal", "SuccessfulCreate", fmt::format("resource type {} successfully created", what));
  if (key.bucket == kSets) {
    applied_ = {share(resource_.spec()), share(object_at(**made, {"spec"}))};
  }
}

/// Says on what is there already whose it is; false where it is another's.
bool CfkPass::own(const Key& key, const Value& object) {
  if (const Value* owner = controller_of(object)) {
    const bool is_ours = text_at(*owner, {"uid"}) == uid_of(resource_.object());
    if (!is_ours && key.bucket == kSets) {
      found_.problem = fmt::format("StatefulSet {} is controlled by {} {}",
                                   key.name,
                                   text_at(*owner, {"kind"}),
                                   text_at(*owner, {"name"}));
    }
    return is_ours;
  }
  return change_stored(
      registry_,
      key,
      [this](Value& fresh) {
        Value owners = list_at(fresh, {"metadata", "ownerReferences"});
        owners.push_back(controller_ref(resource_.object()));
        make_at(fresh, {"metadata", "ownerReferences"}) = std::move(owners);
      },
      as_cfk_operator());
}

void CfkPass::converge(const Key& key, const Value& object, const Value& wanted) {
  if (key.bucket == kSets) {
    sync_set(key, object);
    return;
  }
  const auto copy = [&](Path path) {
    const Value* now = find(wanted, path);
    const Value* there = find(object, path);
    if (now == nullptr || (there != nullptr && *there == *now)) {
      return;
    }
    const auto change = [&path, now](Value& fresh) { make_at(fresh, path) = *now; };
    change_stored(registry_, key, change, as_cfk_operator());
  };
  const Value none;
  const Value& before = applied_.resource_spec == nullptr ? none : *applied_.resource_spec;
  if (key.bucket == "persistentvolumeclaims" && find(before, {"dataVolumeCapacity"}) != nullptr &&
      text_at(before, {"dataVolumeCapacity"}) !=
          text_at(resource_.spec(), {"dataVolumeCapacity"})) {
    copy({"spec", "resources", "requests", "storage"});
  } else if (key.bucket == "poddisruptionbudgets.policy" &&
             find(resource_.spec(), {"pdb", "maxUnavailable"}) != nullptr) {
    copy({"spec", "maxUnavailable"});
  } else if (key.bucket == "configmaps" && find(resource_.spec(), {"configOverrides"}) != nullptr) {
    copy({"data", fmt::format("{}.properties", resource_.type())});
  }
}

void CfkPass::sync_set(const Key& key, const Value& set) {
  const Value& live = object_at(set, {"spec"});
  if (applied_.set_spec == nullptr) {
    // What another operator has brought about stays as it is, until the resource changes.
    const Value before = was_observed(resource_) ? resource_.spec() : Value::object();
    applied_ = {share(before), share(live)};
  }
  Value spec = wanted_set_spec(set);
  if (spec == live) {
    applied_ = {share(resource_.spec()), share(live)};
    return;
  }
  if (std::string pod = crash_loop(); !pod.empty()) {
    found_.frozen = fmt::format("{} is in CrashLoopBackOff", pod);
    return;
  }
  write_set(key, set, std::move(spec));
}

/// What the operator wrote last with the resource's changes: what others have changed goes.
Value CfkPass::wanted_set_spec(const Value& set) {
  Value spec = *applied_.set_spec;
  resource_.put_changes(*applied_.resource_spec, spec);
  spec["replicas"] = wanted_size();
  // Restarts of the set are the documented way where brokers tell their replicas by readiness.
  const std::string restarted =
      text_at(set, {"spec", "template", "metadata", "annotations", kRestartedAt});
  if (!restarted.empty()) {
    make_at(spec, {"template", "metadata", "annotations", kRestartedAt}) = restarted;
  }
  const Value* held_back = find(set, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  if (held_back != nullptr && text_at(spec, {"updateStrategy", "type"}) != "OnDelete") {
    partition_of(spec) = *held_back;
  }
  return spec;
}

std::int64_t CfkPass::wanted_size() {
  const std::int64_t current = number_at(*applied_.set_spec, {"replicas"});
  const std::int64_t wanted = resource_.replicas();
  if (current == wanted) {
    return current;
  }
  if (resource_.is_controllers()) {
    found_.problem = fmt::format(
        "a quorum of {} controllers cannot be made one of {}: it is static", current, wanted);
    return current;
  }
  return wanted > current ? wanted : shrunk_size(current);
}

/// One less, the highest first, once nothing is on it. Nobody moves partitions here.
std::int64_t CfkPass::shrunk_size(std::int64_t current) {
  if (resource_.annotation("enable-shrink") != "true") {
    found_.problem = fmt::format(
        "{} brokers cannot be made {}: annotate the resource with {}/enable-shrink=true",
        current,
        resource_.replicas(),
        kConfluentGroup);
    return current;
  }
  const std::string leaving = resource_.pod(current - 1);
  found_.shrinks = leaving + " leaves";
  const auto pod =
      std::ranges::find(found_.pods, leaving, [](const Shared& one) { return name_of(*one); });
  if (pod == found_.pods.end()) {
    return current - 1;
  }
  Program* program = programs_.of(**pod);
  if (program == nullptr) {
    return current - 1;
  }
  const Shared partitions = ask_jolokia(*program, **pod, kPartitions, "Value");
  if (partitions != nullptr && *partitions == 0) {
    return current - 1;
  }
  found_.shrinks = leaving + " still has partitions";
  return current;
}

void CfkPass::write_set(const Key& key, const Value& set, Value spec) {
  const Kind& kind = kind_for(registry_, "apps/v1", "StatefulSet");
  const auto write = [&](bool dry_run) {
    WriteOptions options = as_cfk_operator();
    options.dry_run = dry_run;
    const auto transform = [&spec](const Shared& current) -> Answer<Value> {
      Value fresh = *current;
      fresh["spec"] = spec;
      return fresh;
    };
    return registry_.update(kind, key.ns, key.name, transform, options);
  };
  const auto tried = write(true);
  if (!tried) {
    found_.problem = tried.error().message;
    return;
  }
  if (object_at(*tried->object, {"spec", "template"}) != object_at(set, {"spec", "template"})) {
    // All pods are held back until it is their turn.
    partition_of(spec) = std::max<std::int64_t>(number_at(spec, {"replicas"}), 1);
  }
  const auto written = write(false);
  if (!written) {
    found_.problem = written.error().message;
    return;
  }
  const Value& now = object_at(*written->object, {"spec"});
  if (now != object_at(set, {"spec"})) {
    tell("Normal", "SuccessfulUpdate", "resource type *v1.StatefulSet successfully updated");
  }
  applied_ = {share(resource_.spec()), share(now)};
}

std::string CfkPass::crash_loop() const {
  for (const Shared& pod : found_.pods) {
    for (const Value& container : list_at(*pod, {"status", "containerStatuses"})) {
      if (text_at(container, {"state", "waiting", "reason"}) == "CrashLoopBackOff") {
        return name_of(*pod);
      }
    }
  }
  return {};
}

void CfkPass::look_at_pods() {
  found_.pods.clear();
  if (found_.set == nullptr) {
    return;
  }
  const std::string_view uid = facts_of(found_.set).uid;
  for (const Shared& pod : registry_.store().list("pods", resource_.ns())) {
    if (facts_of(pod).controller != nullptr && facts_of(pod).controller_uid == uid) {
      found_.pods.push_back(pod);
    }
  }
}

void CfkPass::roll() {
  const Value& set = *found_.set;
  std::string precheck;
  if (number_at(set, {"spec", "updateStrategy", "rollingUpdate", "partition"}) > 0) {
    if (const std::string pods = resource_.annotation("maintenance-mode"); !pods.empty()) {
      precheck = "pods are in maintenance-mode: " + pods;
    } else if (resource_.annotation("roll-precheck") != "disable") {
      precheck = roll_precheck(programs_, found_.pods, resource_.is_controllers());
    }
  }
  found_.roll = next_roll_step(set, found_.pods, precheck);
  if (!found_.roll.partition) {
    return;
  }
  const std::int64_t partition = *found_.roll.partition;
  const auto change = [partition](Value& fresh) {
    partition_of(make_at(fresh, {"spec"})) = partition;
  };
  change_stored(registry_, key_of(kSets, set), change, as_cfk_operator());
}

void CfkPass::write_status() {
  const Kind* kind = registry_.kinds().find_kind(text_at(resource_.object(), {"apiVersion"}),
                                                 text_at(resource_.object(), {"kind"}));
  const Value status = cfk_status(resource_, found_, programs_, registry_.timestamp());
  if (kind == nullptr || object_at(resource_.object(), {"status"}) == status) {
    return;
  }
  const auto transform = [&status](const Shared& current) -> Answer<Value> {
    Value fresh = *current;
    fresh["status"] = status;
    return fresh;
  };
  // One that is refused is written on the next look.
  static_cast<void>(registry_.update(
      *kind, resource_.ns(), resource_.name(), transform, as_cfk_operator("status")));
}

}  // namespace cfkops::sandbox
