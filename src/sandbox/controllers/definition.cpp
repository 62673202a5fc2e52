#include "controllers/controller.hpp"
#include "controllers/definition_names.hpp"
#include "kinds/custom_kind.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace cfkops::sandbox {

namespace {

// What the API server's own controllers do for definitions: they give them their names, establish
// and serve them, and clean up behind them.

constexpr std::string_view kBucket = "customresourcedefinitions.apiextensions.k8s.io";
constexpr std::string_view kCleanup = "customresourcecleanup.apiextensions.k8s.io";
constexpr std::string_view kManager = "kube-apiserver";
constexpr Duration kDelay = std::chrono::milliseconds(2);
constexpr Duration kPoll = std::chrono::seconds(1);  ///< for instances that finalizers hold

Value condition(std::string_view type,
                std::string_view status,
                std::string_view reason,
                std::string_view message) {
  return {{"type", type}, {"status", status}, {"reason", reason}, {"message", message}};
}

bool is_true(const Value& definition, std::string_view type) {
  const Value* found = find_condition(definition, type);
  return found != nullptr && text_at(*found, {"status"}) == "True";
}

bool same_names(const KindNames& one, const KindNames& other) {
  const auto all = [](const KindNames& names) {
    return std::tie(names.singular, names.list_kind, names.short_names, names.categories);
  };
  return one.resource == other.resource && all(one) == all(other);
}

/// The versions that are served, newest first.
std::vector<const Value*> served_versions(const Value& definition) {
  std::vector<const Value*> versions;
  for (const Value& version : list_at(definition, {"spec", "versions"})) {
    if (flag_at(version, {"served"})) {
      versions.push_back(&version);
    }
  }
  std::ranges::stable_sort(versions, [](const Value* one, const Value* other) {
    return compare_versions(text_at(*one, {"name"}), text_at(*other, {"name"})) > 0;
  });
  return versions;
}

const Value& storage_version(const Value& definition) {
  const Value& versions = list_at(definition, {"spec", "versions"});
  for (const Value& version : versions) {
    if (flag_at(version, {"storage"})) {
      return version;
    }
  }
  return versions.at(0);
}

class DefinitionController final : public Controller {
 public:
  DefinitionController(Registry& registry, KindTable& kinds)
      : registry_(registry),
        kinds_(kinds),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == kBucket) {
      queue_.add(change.key);
    }
  }

 private:
  /// What is served for one definition.
  struct Served {
    std::string group;
    std::string kind;
    std::vector<CustomKind*> versions;  ///< owned by the table
  };

  void reconcile(const Key& key);
  void settle_names(const Key& key, const Value& definition);
  void establish(const Key& key);
  void serve(const Key& key, const Value& definition);
  void stop_serving(const Key& key);
  void terminate(const Key& key, const Value& definition);
  [[nodiscard]] bool remove_instances(const Value& definition);
  void release(const Key& key);
  void reconsider_group(const Key& key);
  void update_status(const Key& key, const std::function<void(Value&)>& change);

  [[nodiscard]] const Kind* kind() const {
    return kinds_.find("apiextensions.k8s.io", "v1", "customresourcedefinitions");
  }

  Registry& registry_;
  KindTable& kinds_;
  WorkQueue queue_;
  std::map<std::string, Served> served_;  ///< by the definition's name
};

void DefinitionController::update_status(const Key& key,
                                         const std::function<void(Value&)>& change) {
  // One that is gone or changed meanwhile comes again by itself.
  (void)registry_.update(
      *kind(),
      "",
      key.name,
      [&change](const Shared& current) -> Answer<Value> {
        Value definition = *current;
        change(definition);
        return definition;
      },
      as_controller(kManager, "status"));
}

void DefinitionController::reconcile(const Key& key) {
  const Answer<Shared> found = registry_.get(*kind(), "", key.name);
  if (!found) {
    stop_serving(key);
    reconsider_group(key);
    return;
  }
  const Value& definition = **found;
  if (find(definition, {"metadata", "deletionTimestamp"}) != nullptr) {
    terminate(key, definition);
    return;
  }
  if (!has_all_names(definition)) {
    settle_names(key, definition);
  } else if (is_true(definition, "NamesAccepted") && !is_true(definition, "Established")) {
    establish(key);
  }
  if (is_true(definition, "Established")) {
    serve(key, definition);
  }
}

void DefinitionController::settle_names(const Key& key, const Value& definition) {
  TakenNames taken;
  const std::string group = text_at(definition, {"spec", "group"});
  for (const Shared& other : registry_.list(*kind())) {
    if (text_at(*other, {"spec", "group"}) == group) {
      take_names(*other, taken);
    }
  }
  const NamesVerdict verdict = judge_names(definition, taken);
  const Value* before = find_condition(definition, "NamesAccepted");
  if (before != nullptr &&
      *verdict.accepted == object_at(definition, {"status", "acceptedNames"}) &&
      text_at(*before, {"reason"}) == verdict.reason &&
      text_at(*before, {"message"}) == verdict.message) {
    return;
  }
  const std::string now = registry_.timestamp();
  update_status(key, [&](Value& fresh) {
    make_at(fresh, {"status", "acceptedNames"}) = *verdict.accepted;
    set_condition(
        fresh,
        condition(
            "NamesAccepted", verdict.conflict ? "False" : "True", verdict.reason, verdict.message),
        now);
    if (is_true(fresh, "Established")) {
      return;
    }
    if (!verdict.conflict) {
      set_condition(
          fresh,
          condition("Established", "False", "Installing", "the initial names have been accepted"),
          now);
    } else if (find_condition(fresh, "Established") == nullptr) {
      set_condition(fresh,
                    condition("Established", "False", "NotAccepted", "not all names are accepted"),
                    now);
    }
  });
  reconsider_group(key);
}

void DefinitionController::establish(const Key& key) {
  const std::string now = registry_.timestamp();
  update_status(key, [&now](Value& fresh) {
    set_condition(
        fresh,
        condition(
            "Established", "True", "InitialNamesAccepted", "the initial names have been accepted"),
        now);
  });
}

void DefinitionController::serve(const Key& key, const Value& definition) {
  const std::vector<const Value*> versions = served_versions(definition);
  Served& served = served_[key.name];
  const auto is_same = [&definition](const CustomKind* known, const Value* version) {
    return same_names(known->names(), custom_names(definition, *version));
  };
  if (served.versions.size() == versions.size() &&
      std::equal(served.versions.begin(), served.versions.end(), versions.begin(), is_same)) {
    for (std::size_t index = 0; index < versions.size(); ++index) {
      served.versions.at(index)->redefine(definition, *versions.at(index));
    }
    return;
  }
  stop_serving(key);
  Served fresh;
  for (const Value* version : versions) {
    auto made = std::make_unique<CustomKind>(definition, *version);
    fresh.group = made->resource().group;
    fresh.kind = made->resource().kind;
    fresh.versions.push_back(made.get());
    kinds_.add(std::move(made));
  }
  served_.insert_or_assign(key.name, std::move(fresh));
}

void DefinitionController::stop_serving(const Key& key) {
  const auto found = served_.find(key.name);
  if (found == served_.end()) {
    return;
  }
  if (!found->second.versions.empty()) {
    kinds_.remove_group_kind(found->second.group, found->second.kind);
  }
  served_.erase(found);
}

void DefinitionController::terminate(const Key& key, const Value& definition) {
  const Value& finalizers = list_at(definition, {"metadata", "finalizers"});
  if (std::ranges::find(finalizers, Value(kCleanup)) == finalizers.end()) {
    return;
  }
  const std::string now = registry_.timestamp();
  Value done =
      condition("Terminating", "False", "NeverEstablished", "resource was never established");
  if (is_true(definition, "Established")) {
    update_status(key, [&now](Value& fresh) {
      set_condition(fresh,
                    condition("Terminating",
                              "True",
                              "InstanceDeletionInProgress",
                              "CustomResource deletion is in progress"),
                    now);
    });
    if (!remove_instances(definition)) {
      queue_.add_after(key, kPoll);
      return;
    }
    done = condition("Terminating", "False", "InstanceDeletionCompleted", "removed all instances");
  }
  update_status(key, [&](Value& fresh) { set_condition(fresh, done, now); });
  release(key);
}

bool DefinitionController::remove_instances(const Value& definition) {
  const CustomKind instances(definition, storage_version(definition));
  const std::string bucket = instances.bucket();
  for (const Shared& instance : registry_.store().list(bucket)) {
    if (find(*instance, {"metadata", "deletionTimestamp"}) == nullptr) {
      // What cannot be removed now is tried again.
      (void)registry_.remove(
          instances, namespace_of(*instance), name_of(*instance), Value(), as_controller(kManager));
    }
  }
  return registry_.store().list(bucket).empty();
}

/// Takes our finalizer off, with which the definition goes unless others hold it.
void DefinitionController::release(const Key& key) {
  (void)registry_.update(
      *kind(),
      "",
      key.name,
      [](const Shared& current) -> Answer<Value> {
        Value definition = *current;
        Value left = Value::array();
        for (const Value& finalizer : list_at(definition, {"metadata", "finalizers"})) {
          if (finalizer != Value(kCleanup)) {
            left.push_back(finalizer);
          }
        }
        if (left.empty()) {
          erase_at(definition, {"metadata", "finalizers"});
        } else {
          make_at(definition, {"metadata", "finalizers"}) = std::move(left);
        }
        return definition;
      },
      as_controller(kManager));
}

/// A name may have come free for the others of the group.
void DefinitionController::reconsider_group(const Key& key) {
  const std::size_t dot = key.name.find('.');
  const std::string group = dot == std::string::npos ? std::string() : key.name.substr(dot + 1);
  for (const Shared& other : registry_.list(*kind())) {
    const std::string name = name_of(*other);
    if (name != key.name && text_at(*other, {"spec", "group"}) == group && !has_all_names(*other)) {
      queue_.add({std::string(kBucket), "", name});
    }
  }
}

}  // namespace

std::unique_ptr<Controller> definition_controller(Registry& registry, KindTable& kinds) {
  return std::make_unique<DefinitionController>(registry, kinds);
}

}  // namespace cfkops::sandbox
