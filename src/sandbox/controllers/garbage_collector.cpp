#include "controllers/cluster_objects.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kForeground = "foregroundDeletion";
constexpr std::string_view kOrphan = "orphan";
constexpr Duration kSoon = std::chrono::milliseconds(5);
// An owner that nobody has seen is looked for with more patience than one that went.
constexpr Duration kUnknownOwner = std::chrono::milliseconds(300);

const Value& references(const Value& object) {
  return list_at(object, {"metadata", "ownerReferences"});
}

bool has_finalizer(const Value& object, std::string_view finalizer) {
  return std::ranges::any_of(list_at(object, {"metadata", "finalizers"}),
                             [&](const Value& one) { return one == finalizer; });
}

bool waits_for_dependents(const Value& object) {
  return is_deleting(object) && has_finalizer(object, kForeground);
}

void drop_finalizer(Value& object, std::string_view finalizer) {
  Value left = Value::array();
  for (const Value& one : list_at(object, {"metadata", "finalizers"})) {
    if (one != finalizer) {
      left.push_back(one);
    }
  }
  if (left.empty()) {
    erase_at(object, {"metadata", "finalizers"});
  } else {
    make_at(object, {"metadata", "finalizers"}) = std::move(left);
  }
}

void drop_owners(Value& object, const std::set<std::string>& uids) {
  Value left = Value::array();
  for (const Value& reference : references(object)) {
    if (!uids.contains(text_at(reference, {"uid"}))) {
      left.push_back(reference);
    }
  }
  if (left.empty()) {
    erase_at(object, {"metadata", "ownerReferences"});
  } else {
    make_at(object, {"metadata", "ownerReferences"}) = std::move(left);
  }
}

/// Deletes what has lost its owners, and ends deletes that orphan or wait for dependents.
class GarbageCollector final : public Controller {
 public:
  explicit GarbageCollector(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kSoon, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    const Value& object = *change.object;
    if (change.before != nullptr) {
      for (const Value& reference : references(*change.before)) {
        forget(text_at(reference, {"uid"}), change.key);
      }
    }
    if (change.type == Change::Type::Deleted) {
      note_deleted(change);
      return;
    }
    alive_[uid_of(object)] = change.key;
    bool unknown = false;
    for (const Value& reference : references(object)) {
      const std::string uid = text_at(reference, {"uid"});
      dependents_[uid].insert(change.key);
      unknown = unknown || !alive_.contains(uid);
    }
    if (is_deleting(object)) {
      queue_.add(change.key);
      add_dependents(uid_of(object));
    } else if (!references(object).empty()) {
      queue_.add_after(change.key, unknown ? kUnknownOwner : kSoon);
    }
  }

 private:
  void forget(const std::string& owner, const Key& dependent) {
    const auto found = dependents_.find(owner);
    if (found != dependents_.end()) {
      found->second.erase(dependent);
      if (found->second.empty()) {
        dependents_.erase(found);
      }
    }
  }

  void note_deleted(const Change& change) {
    alive_.erase(uid_of(*change.object));
    add_dependents(uid_of(*change.object));
    for (const Value& reference : references(*change.object)) {
      const auto owner = alive_.find(text_at(reference, {"uid"}));
      if (owner != alive_.end()) {
        queue_.add(owner->second);
      }
    }
  }

  void add_dependents(const std::string& uid) {
    const auto found = dependents_.find(uid);
    if (found != dependents_.end()) {
      for (const Key& key : found->second) {
        queue_.add(key);
      }
    }
  }

  [[nodiscard]] std::set<Key> dependents_of(const std::string& uid) const {
    const auto found = dependents_.find(uid);
    return found == dependents_.end() ? std::set<Key>() : found->second;
  }

  /// nullptr where it is gone or lies in another namespace.
  [[nodiscard]] Shared owner_of(const Key& dependent, const Value& reference) const {
    const auto found = alive_.find(text_at(reference, {"uid"}));
    if (found == alive_.end() || found->second.name != text_at(reference, {"name"}) ||
        (!found->second.ns.empty() && found->second.ns != dependent.ns)) {
      return nullptr;
    }
    return registry_.store().get(found->second);
  }

  void reconcile(const Key& key) {
    const Shared object = registry_.store().get(key);
    if (object == nullptr) {
      return;
    }
    if (is_deleting(*object)) {
      if (has_finalizer(*object, kOrphan)) {
        let_dependents_go(key, *object);
      } else if (has_finalizer(*object, kForeground)) {
        end_foreground(key, *object);
      }
      return;
    }
    judge_owners(key, *object);
  }

  void let_dependents_go(const Key& key, const Value& object) {
    const std::string uid = uid_of(object);
    for (const Key& dependent : dependents_of(uid)) {
      change_stored(
          registry_,
          dependent,
          [&](Value& fresh) { drop_owners(fresh, {uid}); },
          as_controller(kManager));
    }
    finish(key, kOrphan);
  }

  void end_foreground(const Key& key, const Value& object) {
    const std::string uid = uid_of(object);
    bool blocked = false;
    for (const Key& dependent : dependents_of(uid)) {
      const Shared one = registry_.store().get(dependent);
      if (one == nullptr) {
        continue;
      }
      for (const Value& reference : references(*one)) {
        blocked = blocked || (text_at(reference, {"uid"}) == uid &&
                              flag_at(reference, {"blockOwnerDeletion"}));
      }
      queue_.add(dependent);
    }
    if (!blocked) {
      for (const Key& dependent : dependents_of(uid)) {
        reconcile(dependent);  // before its owner is gone, as it would be with several workers
      }
      finish(key, kForeground);
    }
  }

  void finish(const Key& key, std::string_view finalizer) {
    change_stored(
        registry_,
        key,
        [&](Value& fresh) { drop_finalizer(fresh, finalizer); },
        as_controller(kManager));
  }

  void judge_owners(const Key& key, const Value& object) {
    std::set<std::string> lost;
    bool solid = false;
    bool waiting = false;
    for (const Value& reference : references(object)) {
      const Shared owner = owner_of(key, reference);
      if (owner != nullptr && !waits_for_dependents(*owner)) {
        solid = true;
        continue;
      }
      waiting = waiting || owner != nullptr;
      lost.insert(text_at(reference, {"uid"}));
    }
    if (lost.empty()) {
      return;
    }
    if (solid) {
      change_stored(
          registry_, key, [&](Value& fresh) { drop_owners(fresh, lost); }, as_controller(kManager));
      return;
    }
    const bool foreground =
        has_finalizer(object, kForeground) || (waiting && !dependents_of(uid_of(object)).empty());
    const std::string_view policy = has_finalizer(object, kOrphan) ? "Orphan"
                                    : foreground                   ? "Foreground"
                                                                   : "Background";
    delete_stored(registry_, key, uid_of(object), policy, as_controller(kManager));
  }

  Registry& registry_;
  WorkQueue queue_;
  std::map<std::string, Key> alive_;
  std::map<std::string, std::set<Key>> dependents_;
};

}  // namespace

std::unique_ptr<Controller> garbage_collector(Registry& registry) {
  return std::make_unique<GarbageCollector>(registry);
}

}  // namespace cfkops::sandbox
