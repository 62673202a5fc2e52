#include "controllers/cluster_objects.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kFinalizer = "kubernetes";
constexpr Duration kRetry = std::chrono::seconds(1);

bool holds_content(const Value& space) {
  return std::ranges::any_of(list_at(space, {"spec", "finalizers"}),
                             [](const Value& one) { return one == kFinalizer; });
}

/// What is left in a namespace, by "configmaps." and by finalizer.
struct Remains {
  std::map<std::string, int> resources;
  std::map<std::string, int> finalizers;
};

std::string counted(const std::map<std::string, int>& counts, std::string_view word) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text +=
        fmt::format("{}{} {} {} resource instances", text.empty() ? "" : ", ", name, word, count);
  }
  return text;
}

Value condition(std::string_view type,
                bool is_true,
                std::string_view reason,
                std::string_view message) {
  return {{"type", std::string(type)},
          {"status", is_true ? "True" : "False"},
          {"reason", std::string(reason)},
          {"message", std::string(message)}};
}

void tell(Value& space, const Remains& remains, std::string_view now) {
  set_condition(space,
                condition("NamespaceDeletionDiscoveryFailure",
                          false,
                          "ResourcesDiscovered",
                          "All resources successfully discovered"),
                now);
  set_condition(space,
                condition("NamespaceDeletionGroupVersionParsingFailure",
                          false,
                          "ParsedGroupVersions",
                          "All legacy kube types successfully parsed"),
                now);
  set_condition(space,
                condition("NamespaceDeletionContentFailure",
                          false,
                          "ContentDeleted",
                          "All content successfully deleted, may be waiting on finalization"),
                now);
  const bool content = !remains.resources.empty();
  set_condition(
      space,
      condition("NamespaceContentRemaining",
                content,
                content ? "SomeResourcesRemain" : "ContentRemoved",
                content ? "Some resources are remaining: " + counted(remains.resources, "has")
                        : "All content successfully removed"),
      now);
  const bool held = !remains.finalizers.empty();
  set_condition(space,
                condition("NamespaceFinalizersRemaining",
                          held,
                          held ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                          held ? "Some content in the namespace has finalizers remaining: " +
                                     counted(remains.finalizers, "in")
                               : "All content-preserving finalizers finished"),
                now);
}

/// Empties namespaces that go, and lets them go.
class NamespaceController final : public Controller {
 public:
  explicit NamespaceController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(20), [this](const Key& key) {
          reconcile(key);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "namespaces") {
      if (change.type != Change::Type::Deleted && is_deleting(*change.object) &&
          holds_content(*change.object)) {
        queue_.add(change.key);
      }
    } else if (change.type == Change::Type::Deleted && !change.key.ns.empty() &&
               emptied_.contains(change.key.ns)) {
      queue_.add({"namespaces", {}, change.key.ns});
    }
  }

 private:
  void reconcile(const Key& key) {
    const Shared space = registry_.store().get(key);
    if (space == nullptr || !is_deleting(*space) || !holds_content(*space)) {
      emptied_.erase(key.name);
      return;
    }
    emptied_.insert(key.name);
    const Remains remains = delete_content(key.name);
    change_stored(
        registry_,
        key,
        [&](Value& fresh) { tell(fresh, remains, registry_.timestamp()); },
        as_controller(kManager, "status"));
    if (!remains.resources.empty()) {
      queue_.add_after(key, kRetry);
      return;
    }
    emptied_.erase(key.name);
    change_stored(
        registry_,
        key,
        [](Value& fresh) {
          Value left = Value::array();
          for (const Value& one : list_at(fresh, {"spec", "finalizers"})) {
            if (one != kFinalizer) {
              left.push_back(one);
            }
          }
          if (left.empty()) {
            erase_at(fresh, {"spec", "finalizers"});
          } else {
            make_at(fresh, {"spec", "finalizers"}) = std::move(left);
          }
        },
        as_controller(kManager, "finalize"));
  }

  Remains delete_content(const std::string& ns) {
    Remains remains;
    std::set<std::string> seen;
    for (const Kind* kind : registry_.kinds().all()) {
      const auto& verbs = kind->names().verbs;
      if (!kind->resource().namespaced || !kind->is_storage_version() ||
          std::ranges::find(verbs, "delete") == verbs.end() ||
          !seen.insert(kind->bucket()).second) {
        continue;
      }
      delete_kind(*kind, ns, remains);
    }
    return remains;
  }

  void delete_kind(const Kind& kind, const std::string& ns, Remains& remains) {
    const std::string bucket = kind.bucket();
    for (const Shared& object : all_stored(registry_, bucket, ns)) {
      if (!is_deleting(*object)) {
        delete_stored(registry_,
                      key_of(bucket, *object),
                      uid_of(*object),
                      "Background",
                      as_controller(kManager));
      }
    }
    for (const Shared& object : all_stored(registry_, bucket, ns)) {
      ++remains.resources[kind.resource().plural + "." + kind.resource().group];
      for (const Value& finalizer : list_at(*object, {"metadata", "finalizers"})) {
        if (finalizer.is_string()) {
          ++remains.finalizers[finalizer.get<std::string>()];
        }
      }
    }
  }

  Registry& registry_;
  WorkQueue queue_;
  std::set<std::string> emptied_;  ///< namespaces whose content is going
};

}  // namespace

std::unique_ptr<Controller> namespace_controller(Registry& registry) {
  return std::make_unique<NamespaceController>(registry);
}

}  // namespace cfkops::sandbox
