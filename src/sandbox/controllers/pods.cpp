#include "controllers/pods.hpp"

#include "controllers/controller.hpp"
#include "controllers/pod_events.hpp"
#include "facts.hpp"
#include "selector.hpp"

#include "cfkops/base/check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

void adopt(Registry& registry, const Kind& of, const Value& owner, const Value& dependent) {
  const Value ref = controller_ref(owner);
  static_cast<void>(registry.update(
      of,
      namespace_of(dependent),
      name_of(dependent),
      [&ref](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        Value& refs = make_at(fresh, {"metadata", "ownerReferences"});
        if (!refs.is_array()) {
          refs = Value::array();
        }
        refs.push_back(ref);
        return fresh;
      },
      as_controller(kControllerManager)));
}

void release(Registry& registry, const Kind& of, const Value& owner, const Value& dependent) {
  const std::string uid = uid_of(owner);
  static_cast<void>(registry.update(
      of,
      namespace_of(dependent),
      name_of(dependent),
      [&uid](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        Value kept = Value::array();
        for (const Value& ref : list_at(fresh, {"metadata", "ownerReferences"})) {
          if (text_at(ref, {"uid"}) != uid) {
            kept.push_back(ref);
          }
        }
        if (kept.empty()) {
          erase_at(fresh, {"metadata", "ownerReferences"});
        } else {
          make_at(fresh, {"metadata", "ownerReferences"}) = std::move(kept);
        }
        return fresh;
      },
      as_controller(kControllerManager)));
}

/// Without those that are no longer there.
std::vector<Shared> as_they_are(const Registry& registry,
                                const Kind& of,
                                const std::vector<Shared>& known) {
  std::vector<Shared> fresh;
  for (const Shared& one : known) {
    if (auto now = registry.get(of, facts_of(one).ns, facts_of(one).name)) {
      fresh.push_back(*now);
    }
  }
  return fresh;
}

void add_owner(std::vector<Key>& keys, const Kind& kind, const Value& dependent) {
  const Value* owner = controller_of(dependent);
  if (owner == nullptr || text_at(*owner, {"kind"}) != kind.resource().kind) {
    return;
  }
  keys.push_back({kind.bucket(), namespace_of(dependent), text_at(*owner, {"name"})});
}

}  // namespace

const Value* status_condition(const Value& object, std::string_view type) {
  const Value& conditions = list_at(object, {"status", "conditions"});
  const auto found = std::ranges::find_if(
      conditions, [type](const Value& one) { return text_at(one, {"type"}) == type; });
  return found == conditions.end() ? nullptr : &*found;
}

bool is_ready(const Value& pod) {
  const Value* ready = status_condition(pod, "Ready");
  return ready != nullptr && text_at(*ready, {"status"}) == "True";
}

bool is_available(const Value& pod, std::int64_t min_ready_seconds, WallTime now) {
  if (!is_ready(pod)) {
    return false;
  }
  if (min_ready_seconds == 0) {
    return true;
  }
  const auto since =
      base::parse_rfc3339(text_at(*status_condition(pod, "Ready"), {"lastTransitionTime"}));
  return since && *since + bounded_seconds(min_ready_seconds) <= now;
}

bool is_terminating(const Value& object) {
  return find(object, {"metadata", "deletionTimestamp"}) != nullptr;
}

bool has_phase(const Value& pod, std::string_view phase) {
  return text_at(pod, {"status", "phase"}) == phase;
}

bool is_active(const Value& pod) {
  return !has_phase(pod, "Succeeded") && !has_phase(pod, "Failed") && !is_terminating(pod);
}

Value controller_ref(const Value& owner) {
  return {{"apiVersion", text_at(owner, {"apiVersion"})},
          {"kind", text_at(owner, {"kind"})},
          {"name", name_of(owner)},
          {"uid", uid_of(owner)},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

Value pod_of_template(const Value& pod_template, const Value& owner) {
  Value pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"spec", object_at(pod_template, {"spec"})}};
  Value& metadata = make_at(pod, {"metadata"});
  metadata = {{"generateName", name_of(owner) + "-"},
              {"ownerReferences", Value::array({controller_ref(owner)})}};
  for (const char* name : {"labels", "annotations", "finalizers"}) {
    const Value* there = find(pod_template, {"metadata", name});
    if (there != nullptr && !there->empty()) {
      metadata[name] = *there;
    }
  }
  return pod;
}

const Kind& kind_for(const Registry& registry,
                     std::string_view api_version,
                     std::string_view kind) {
  const Kind* found = registry.kinds().find_kind(api_version, kind);
  CFKOPS_CHECK(found != nullptr);
  return *found;
}

std::vector<Shared> claim_dependents(Registry& registry,
                                     const Kind& of,
                                     const Value& owner,
                                     const std::function<bool(const Value&)>& belongs) {
  const LabelSelector selector = LabelSelector::of(find(owner, {"spec", "selector"}));
  const bool owner_goes = is_terminating(owner);
  const std::string uid = uid_of(owner);
  bool changed = false;
  std::vector<Shared> mine;
  for (const Shared& one : registry.list(of, namespace_of(owner))) {
    const Facts& facts = facts_of(one);
    if (facts.controller != nullptr && facts.controller_uid != uid) {
      continue;
    }
    const bool matches = selector.matches(*facts.labels) && (!belongs || belongs(*one));
    if (facts.controller == nullptr) {
      if (matches && !owner_goes && !facts.terminating) {
        adopt(registry, of, owner, *one);
        changed = true;
        mine.push_back(one);
      }
    } else if (matches) {
      mine.push_back(one);
    } else if (!owner_goes) {
      release(registry, of, owner, *one);
      changed = true;
    }
  }
  return changed ? as_they_are(registry, of, mine) : mine;
}

std::vector<Key> concerned_owners(const Registry& registry,
                                  const Kind& owner_kind,
                                  const Change& change) {
  std::vector<Key> keys;
  if (change.before != nullptr) {
    add_owner(keys, owner_kind, *change.before);
  }
  add_owner(keys, owner_kind, *change.object);
  if (controller_of(*change.object) != nullptr) {
    return keys;
  }
  for (const Shared& owner : registry.list(owner_kind, change.key.ns)) {
    const LabelSelector selector = LabelSelector::of(find(*owner, {"spec", "selector"}));
    if (selector.matches(object_at(*change.object, {"metadata", "labels"}))) {
      keys.push_back({owner_kind.bucket(), change.key.ns, name_of(*owner)});
    }
  }
  return keys;
}

void write_status(Registry& registry, const Kind& kind, const Value& object, Value status) {
  if (object_at(object, {"status"}) == status) {
    return;
  }
  static_cast<void>(registry.update(
      kind,
      namespace_of(object),
      name_of(object),
      [&status](const Shared& current) -> Answer<Value> {
        Value fresh = *current;
        make_at(fresh, {"status"}) = status;
        return fresh;
      },
      as_controller(kControllerManager, "status")));
}

Answer<Shared> create_for(Registry& registry, const Kind& kind, const Value& owner, Value object) {
  const Value wanted = object;
  auto made = registry.create(
      kind, namespace_of(owner), std::move(object), as_controller(kControllerManager));
  if (made) {
    tell_created(registry, owner, **made);
  } else {
    tell_not_created(registry, owner, wanted, made.error().message);
  }
  return made;
}

void delete_object(Registry& registry, const Kind& kind, const Value& object) {
  const Value options = {{"apiVersion", "v1"},
                         {"kind", "DeleteOptions"},
                         {"preconditions", {{"uid", uid_of(object)}}}};
  const auto removed = registry.remove(
      kind, namespace_of(object), name_of(object), options, as_controller(kControllerManager));
  if (removed) {
    tell_deleted(registry, object);
  }
}

}  // namespace cfkops::sandbox
