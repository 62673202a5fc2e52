#include "controllers/cfk_pass.hpp"
#include "controllers/cluster_objects.hpp"
#include "controllers/controller.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <set>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Stands in for Confluent for Kubernetes. What it is held to and what it leaves out:
// docs/sandbox.md.

constexpr std::string_view kBrokers = "kafkas.platform.confluent.io";
constexpr std::string_view kControllers = "kraftcontrollers.platform.confluent.io";
constexpr std::string_view kForce = "platform.confluent.io/force-reconcile";
constexpr Duration kDelay = std::chrono::milliseconds(200);

constexpr std::array<std::string_view, 4> kOwned = {
    "statefulsets.apps", "services", "configmaps", "poddisruptionbudgets.policy"};

/// The number of a claim of the resource's pods.
bool is_claim_of(const CfkResource& resource, const std::string& claim) {
  const std::string prefix = fmt::format("data0-{}-", resource.name());
  return claim.starts_with(prefix) && claim.size() > prefix.size() &&
         claim.find_first_not_of("0123456789", prefix.size()) == std::string::npos;
}

class CfkOperator final : public Controller {
 public:
  CfkOperator(Registry& registry, const Programs& programs)
      : registry_(registry),
        programs_(programs),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == kBrokers || change.key.bucket == kControllers) {
      if (asks_for_more(change)) {
        unsettled_.insert(change.key);
      }
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      if (const Value* owner = controller_of(*change.object)) {
        add_known(change.key.ns, text_at(*owner, {"name"}), false);
      }
    } else if (std::ranges::find(kOwned, change.key.bucket) != kOwned.end()) {
      if (const Value* owner = controller_of(*change.object);
          owner != nullptr &&
          text_at(*owner, {"apiVersion"}).starts_with(std::string(kConfluentGroup) + "/")) {
        add_known(change.key.ns, text_at(*owner, {"name"}), asks_for_more(change));
      }
    }
  }

 private:
  /// Whether more has changed than a status.
  static bool asks_for_more(const Change& change) {
    if (change.type != Change::Type::Modified) {
      return true;
    }
    const auto said = [](const Value& object, std::string_view what) -> const Value& {
      return object_at(object, {"metadata", what});
    };
    const std::int64_t generation = number_at(*change.object, {"metadata", "generation"});
    return generation == 0 || generation != number_at(*change.before, {"metadata", "generation"}) ||
           said(*change.object, "annotations") != said(*change.before, "annotations");
  }

  /// The resources of that name that there are: their StatefulSets are called so too.
  void add_known(const std::string& ns, const std::string& name, bool unsettled) {
    for (const std::string_view bucket : {kBrokers, kControllers}) {
      const Key key = {std::string(bucket), ns, name};
      if (registry_.store().get(key) != nullptr) {
        if (unsettled) {
          unsettled_.insert(key);
        }
        queue_.add(key);
      }
    }
  }

  void reconcile(const Key& key) {
    const Kind* kind = registry_.kinds().of_bucket(key.bucket);
    const Shared object = kind == nullptr ? nullptr : registry_.store().get(key);
    if (object == nullptr) {
      applied_.erase(key);
      unsettled_.erase(key);
      return;
    }
    const CfkResource resource(*object);
    if (resource.annotation("block-reconcile") == "true") {
      return;
    }
    if (is_deleting(*object)) {
      clean_up(key, resource);
      return;
    }
    if (prepare(key, resource)) {
      return;  // the change brings it here again
    }
    CfkPass pass(registry_, programs_, *object, applied_[key]);
    if (unsettled_.erase(key) > 0) {
      pass.ensure_all();
    }
    const Duration again = pass.run();
    if (pass.is_unsettled()) {
      unsettled_.insert(key);
    }
    if (again > Duration::zero()) {
      queue_.add_after(key, again);
    }
  }

  /// Puts its finalizer on and takes the order to look again off; whether anything was to do.
  bool prepare(const Key& key, const CfkResource& resource) {
    const Value& finalizers = list_at(resource.object(), {"metadata", "finalizers"});
    const bool has_finalizer =
        std::ranges::find(finalizers, Value(resource.finalizer())) != finalizers.end();
    const bool is_forced = find(resource.object(), {"metadata", "annotations", kForce}) != nullptr;
    if (has_finalizer && !is_forced) {
      return false;
    }
    const auto change = [&](Value& fresh) {
      erase_at(fresh, {"metadata", "annotations", kForce});
      if (!has_finalizer) {
        Value list = list_at(fresh, {"metadata", "finalizers"});
        list.push_back(resource.finalizer());
        make_at(fresh, {"metadata", "finalizers"}) = std::move(list);
      }
    };
    return change_stored(registry_, key, change, as_cfk_operator());
  }

  /// Its claims are not owned: the operator deletes them. The rest goes with the resource.
  void clean_up(const Key& key, const CfkResource& resource) {
    const Value& finalizers = list_at(resource.object(), {"metadata", "finalizers"});
    if (std::ranges::find(finalizers, Value(resource.finalizer())) == finalizers.end()) {
      return;
    }
    constexpr std::string_view kClaims = "persistentvolumeclaims";
    for (const Shared& claim : all_stored(registry_, kClaims, key.ns)) {
      if (is_claim_of(resource, name_of(*claim)) && !is_deleting(*claim)) {
        delete_stored(registry_, key_of(kClaims, *claim), uid_of(*claim), "", as_cfk_operator());
      }
    }
    const auto change = [&](Value& fresh) {
      Value left = Value::array();
      for (const Value& finalizer : list_at(fresh, {"metadata", "finalizers"})) {
        if (finalizer != Value(resource.finalizer())) {
          left.push_back(finalizer);
        }
      }
      if (left.empty()) {
        erase_at(fresh, {"metadata", "finalizers"});
      } else {
        make_at(fresh, {"metadata", "finalizers"}) = std::move(left);
      }
    };
    change_stored(registry_, key, change, as_cfk_operator());
  }

  Registry& registry_;
  const Programs& programs_;
  WorkQueue queue_;
  std::map<Key, CfkApplied> applied_;
  std::set<Key> unsettled_;  ///< those whose objects are to be looked at, and not only their pods
};

}  // namespace

std::unique_ptr<Controller> cfk_operator(Registry& registry, const Programs& programs) {
  return std::make_unique<CfkOperator>(registry, programs);
}

}  // namespace cfkops::sandbox
