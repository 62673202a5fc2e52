#include "controllers/deployment_sets.hpp"

#include "controllers/cluster_objects.hpp"
#include "controllers/controller.hpp"
#include "controllers/pods.hpp"
#include "kinds/checks.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kHashLabel = "pod-template-hash";
constexpr const char* kHistoryAnnotation = "deployment.kubernetes.io/revision-history";
constexpr const char* kDesiredAnnotation = "deployment.kubernetes.io/desired-replicas";
constexpr const char* kMostAnnotation = "deployment.kubernetes.io/max-replicas";

// Those a ReplicaSet has of its own.
bool is_copied(std::string_view annotation) {
  constexpr std::array<std::string_view, 6> kOwn = {
      "kubectl.kubernetes.io/last-applied-configuration",
      kRevisionAnnotation,
      kHistoryAnnotation,
      kDesiredAnnotation,
      kMostAnnotation,
      "deprecated.deployment.rollback.to"};
  return std::ranges::find(kOwn, annotation) == kOwn.end();
}

std::int64_t revision_of(const Value& object) {
  const std::string text = text_at(object, {"metadata", "annotations", kRevisionAnnotation});
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Value without_hash(const Value& pod_template) {
  Value plain = pod_template;
  erase_at(plain, {"metadata", "labels", kHashLabel});
  return plain;
}

void record_scaling(Registry& registry,
                    const Value& deployment,
                    const std::string& set,
                    std::int64_t before,
                    std::int64_t after) {
  record_event(registry,
               deployment,
               "deployment-controller",
               "Normal",
               "ScalingReplicaSet",
               fmt::format("Scaled {} replica set {} from {} to {}",
                           before < after ? "up" : "down",
                           set,
                           before,
                           after));
}

struct Fence {
  std::int64_t surge = 0;
  std::int64_t unavailable = 0;
};

Fence fence_of(const Value& deployment) {
  const Value* rolling = find(deployment, {"spec", "strategy", "rollingUpdate"});
  if (text_at(deployment, {"spec", "strategy", "type"}) != "RollingUpdate" || rolling == nullptr) {
    return {};
  }
  const std::int64_t wanted = number_at(deployment, {"spec", "replicas"});
  const Value* surge = find(*rolling, {"maxSurge"});
  const Value* unavailable = find(*rolling, {"maxUnavailable"});
  Fence fence;
  fence.surge = surge == nullptr ? 0 : share_of(*surge, wanted, Rounding::Up);
  fence.unavailable = unavailable == nullptr ? 0 : share_of(*unavailable, wanted, Rounding::Down);
  // Nothing would ever move.
  if (fence.surge == 0 && fence.unavailable == 0) {
    fence.unavailable = 1;
  }
  return fence;
}

bool set_annotation(Value& set, const char* name, const std::string& text) {
  Value& there = make_at(set, {"metadata", "annotations", name});
  if (there == text) {
    return false;
  }
  there = text;
  return true;
}

void set_sizes(Value& set, const Value& deployment) {
  const std::int64_t wanted = number_at(deployment, {"spec", "replicas"});
  set_annotation(set, kDesiredAnnotation, std::to_string(wanted));
  set_annotation(set, kMostAnnotation, std::to_string(wanted + max_surge(deployment)));
}

void copy_annotations(Value& set, const Value& deployment) {
  for (const auto& [name, value] : object_at(deployment, {"metadata", "annotations"}).items()) {
    if (is_copied(name)) {
      make_at(set, {"metadata", "annotations", name}) = value;
    }
  }
}

void set_revision(Value& set, const std::string& revision) {
  const std::int64_t before = revision_of(set);
  std::int64_t after = 0;
  std::from_chars(revision.data(), revision.data() + revision.size(), after);
  if (after <= before) {
    return;
  }
  set_annotation(set, kRevisionAnnotation, revision);
  if (before > 0) {
    std::string history = text_at(set, {"metadata", "annotations", kHistoryAnnotation});
    history += (history.empty() ? "" : ",") + std::to_string(before);
    set_annotation(set, kHistoryAnnotation, history);
  }
}

}  // namespace

std::int64_t max_surge(const Value& deployment) {
  return fence_of(deployment).surge;
}

std::int64_t max_unavailable(const Value& deployment) {
  return std::min(fence_of(deployment).unavailable, number_at(deployment, {"spec", "replicas"}));
}

std::int64_t sum_of(const std::vector<Shared>& sets, Path number) {
  std::int64_t sum = 0;
  for (const Shared& set : sets) {
    sum += set == nullptr ? 0 : number_at(*set, number);
  }
  return sum;
}

DeploymentSets::DeploymentSets(Registry& registry, const Value& deployment)
    : registry_(registry),
      deployment_(deployment),
      kind_(kind_for(registry, "apps/v1", "ReplicaSet")) {
  load();
}

void DeploymentSets::load() {
  all_ = claim_dependents(registry_, kind_, deployment_);
  std::ranges::stable_sort(all_, {}, [](const Shared& set) {
    return text_at(*set, {"metadata", "creationTimestamp"});
  });
}

Shared DeploymentSets::newest() const {
  const Value wanted = without_hash(object_at(deployment_, {"spec", "template"}));
  const auto found = std::ranges::find_if(all_, [&wanted](const Shared& set) {
    return without_hash(object_at(*set, {"spec", "template"})) == wanted;
  });
  return found == all_.end() ? nullptr : *found;
}

std::vector<Shared> DeploymentSets::old() const {
  const Shared current = newest();
  std::vector<Shared> others;
  std::ranges::copy_if(all_, std::back_inserter(others), [&current](const Shared& set) {
    return current == nullptr || uid_of(*set) != uid_of(*current);
  });
  return others;
}

std::vector<Shared> DeploymentSets::active_old() const {
  std::vector<Shared> active = old();
  std::erase_if(active, [](const Shared& set) {
    return number_at(*set, {"spec", "replicas"}) == 0;
  });
  return active;
}

std::int64_t DeploymentSets::next_revision() const {
  std::int64_t highest = 0;
  for (const Shared& set : old()) {
    highest = std::max(highest, revision_of(*set));
  }
  return highest + 1;
}

Answer<bool> DeploymentSets::sync_newest(Missing missing) {
  if (newest() != nullptr) {
    annotate(std::to_string(next_revision()));
    return false;
  }
  if (missing == Missing::Leave) {
    return false;
  }
  return create();
}

void DeploymentSets::annotate(const std::string& revision) {
  static_cast<void>(registry_.update(
      kind_,
      namespace_of(deployment_),
      name_of(*newest()),
      [&](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        copy_annotations(fresh, deployment_);
        set_revision(fresh, revision);
        const std::int64_t min_ready = number_at(deployment_, {"spec", "minReadySeconds"});
        if (number_at(fresh, {"spec", "minReadySeconds"}) != min_ready) {
          make_at(fresh, {"spec", "minReadySeconds"}) = min_ready;
        }
        return fresh;
      },
      as_controller(kControllerManager)));
  load();
}

std::int64_t DeploymentSets::newest_size() const {
  const std::int64_t wanted = number_at(deployment_, {"spec", "replicas"});
  if (text_at(deployment_, {"spec", "strategy", "type"}) != "RollingUpdate") {
    return wanted;
  }
  const Shared current = newest();
  const std::int64_t size = current == nullptr ? 0 : number_at(*current, {"spec", "replicas"});
  const std::int64_t have = sum_of(all_, {"spec", "replicas"});
  const std::int64_t most = wanted + max_surge(deployment_);
  return have >= most ? size : size + std::min(most - have, wanted - size);
}

Answer<bool> DeploymentSets::create() {
  Value pod_template = object_at(deployment_, {"spec", "template"});
  const std::int64_t collisions = number_at(deployment_, {"status", "collisionCount"});
  const std::string hash = safe_hash(pod_template.dump() + std::to_string(collisions));
  make_at(pod_template, {"metadata", "labels", kHashLabel}) = hash;
  Value selector = object_at(deployment_, {"spec", "selector"});
  make_at(selector, {"matchLabels", kHashLabel}) = hash;
  Value set = {{"apiVersion", "apps/v1"},
               {"kind", "ReplicaSet"},
               {"metadata",
                {{"name", name_of(deployment_) + "-" + hash},
                 {"labels", object_at(pod_template, {"metadata", "labels"})},
                 {"ownerReferences", Value::array({controller_ref(deployment_)})}}},
               {"spec",
                {{"replicas", newest_size()},
                 {"selector", std::move(selector)},
                 {"template", std::move(pod_template)}}}};
  const std::int64_t min_ready = number_at(deployment_, {"spec", "minReadySeconds"});
  if (min_ready != 0) {
    make_at(set, {"spec", "minReadySeconds"}) = min_ready;
  }
  copy_annotations(set, deployment_);
  set_annotation(set, kRevisionAnnotation, std::to_string(next_revision()));
  set_sizes(set, deployment_);
  const Answer<Shared> made = create_for(registry_, kind_, deployment_, std::move(set));
  if (!made) {
    return tl::unexpected(made.error());
  }
  if (const std::int64_t size = number_at(**made, {"spec", "replicas"}); size > 0) {
    record_scaling(registry_, deployment_, name_of(**made), 0, size);
  }
  load();
  return true;
}

bool DeploymentSets::scale(const Value& set, std::int64_t replicas) {
  const std::int64_t before = number_at(set, {"spec", "replicas"});
  const std::string name = name_of(set);
  const auto written = registry_.update(
      kind_,
      namespace_of(set),
      name,
      [&](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        make_at(fresh, {"spec", "replicas"}) = replicas;
        set_sizes(fresh, deployment_);
        return fresh;
      },
      as_controller(kControllerManager));
  load();
  const bool scaled = before != replicas && written.has_value();
  if (scaled) {
    record_scaling(registry_, deployment_, name, before, replicas);
  }
  return scaled;
}

void DeploymentSets::clean_up() {
  const Value* limit = find(deployment_, {"spec", "revisionHistoryLimit"});
  if (limit == nullptr) {
    return;
  }
  std::vector<Shared> candidates = old();
  std::erase_if(candidates, [](const Shared& set) { return is_terminating(*set); });
  std::ranges::stable_sort(candidates, {}, [](const Shared& set) { return revision_of(*set); });
  const std::int64_t spare = static_cast<std::int64_t>(candidates.size()) -
                             number_at(deployment_, {"spec", "revisionHistoryLimit"});
  for (std::int64_t index = 0; index < spare; ++index) {
    const Value& set = *candidates[static_cast<std::size_t>(index)];
    const bool settled = number_at(set, {"metadata", "generation"}) <=
                         number_at(set, {"status", "observedGeneration"});
    if (settled && number_at(set, {"spec", "replicas"}) == 0 &&
        number_at(set, {"status", "replicas"}) == 0) {
      delete_object(registry_, kind_, set);
    }
  }
}

bool DeploymentSets::old_pods_run() const {
  const std::vector<Shared> others = old();
  if (sum_of(others, {"status", "replicas"}) > 0) {
    return true;
  }
  const Kind& pods = kind_for(registry_, "v1", "Pod");
  return std::ranges::any_of(
      registry_.list(pods, namespace_of(deployment_)), [&others](const Shared& pod) {
        const Value* owner = controller_of(*pod);
        return owner != nullptr && !has_phase(*pod, "Failed") && !has_phase(*pod, "Succeeded") &&
               std::ranges::any_of(others, [owner](const Shared& set) {
                 return uid_of(*set) == text_at(*owner, {"uid"});
               });
      });
}

}  // namespace cfkops::sandbox
