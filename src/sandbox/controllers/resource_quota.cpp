#include "controllers/cluster_objects.hpp"
#include "pod_amounts.hpp"
#include "quota_usage.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kube-controller-manager";
constexpr std::string_view kQuotas = "resourcequotas";

/// Counts what is there against each quota. What is made is counted by admission already.
class ResourceQuotaController final : public Controller {
 public:
  explicit ResourceQuotaController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), std::chrono::milliseconds(10), [this](const Key& key) {
          reconcile(key);
        }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == kQuotas) {
      if (change.type != Change::Type::Deleted) {
        queue_.add(change.key);
      }
    } else if (!change.key.ns.empty() && frees_room(change)) {
      for (const Shared& quota : all_stored(registry_, kQuotas, change.key.ns)) {
        queue_.add(key_of(kQuotas, *quota));
      }
    }
  }

 private:
  static bool frees_room(const Change& change) {
    if (change.type == Change::Type::Deleted) {
      return true;
    }
    return change.key.bucket == "pods" && change.before != nullptr &&
           text_at(*change.before, {"status", "phase"}) !=
               text_at(*change.object, {"status", "phase"});
  }

  void reconcile(const Key& key) {
    const Shared quota = stored(registry_, key.bucket, key.ns, key.name);
    if (quota == nullptr || is_deleting(*quota)) {
      return;
    }
    const Value& hard = object_at(*quota, {"spec", "hard"});
    const Value used = count(*quota, hard);
    change_stored(
        registry_,
        key,
        [&](Value& fresh) {
          make_at(fresh, {"status", "hard"}) = hard;
          make_at(fresh, {"status", "used"}) = used;
        },
        as_controller(kManager, "status"));
  }

  [[nodiscard]] Value count(const Value& quota, const Value& hard) const {
    Value used = Value::object();
    for (const auto& [name, limit] : hard.items()) {
      used[name] = "0";
    }
    for (const Kind* kind : registry_.kinds().all()) {
      if (kind->resource().namespaced && kind->is_storage_version()) {
        count_kind(quota, *kind, used);
      }
    }
    return used;
  }

  void count_kind(const Value& quota, const Kind& kind, Value& used) const {
    bool counts = false;
    for (const auto& [name, amount] : used.items()) {
      counts = counts || counts_for(kind, name);
    }
    if (!counts) {
      return;
    }
    for (const Shared& object : all_stored(registry_, kind.bucket(), namespace_of(quota))) {
      if (!is_in_scope(quota, kind, *object)) {
        continue;
      }
      const Value usage = quota_usage(kind, *object, registry_.timeline().wall());
      for (auto& [name, amount] : used.items()) {
        if (find(usage, {name}) != nullptr && counts_for(kind, name)) {
          amount = sum_of(amount.get<std::string>(), text_at(usage, {name}, "0"));
        }
      }
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> resource_quota_controller(Registry& registry) {
  return std::make_unique<ResourceQuotaController>(registry);
}

}  // namespace cfkops::sandbox
