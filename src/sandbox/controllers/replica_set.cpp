#include "controllers/controller.hpp"
#include "controllers/pods.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <tuple>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr Duration kDelay = std::chrono::milliseconds(5);
constexpr std::int64_t kMostAtOnce = 500;  // pkg/controller/replicaset: BurstReplicas

int phase_rank(const Value& pod) {
  if (has_phase(pod, "Pending")) {
    return 0;
  }
  return has_phase(pod, "Running") ? 2 : 1;
}

// Those that go first: not bound, then pending, not ready, and of equals the younger.
bool goes_before(const Shared& one, const Shared& other) {
  const auto rank = [](const Value& pod) {
    return std::tuple(!text_at(pod, {"spec", "nodeName"}).empty(), phase_rank(pod), is_ready(pod));
  };
  const auto born = [](const Value& pod) {
    return text_at(pod, {"metadata", "creationTimestamp"});
  };
  const auto first = rank(*one);
  const auto second = rank(*other);
  return first == second ? born(*one) > born(*other) : first < second;
}

void set_count(Value& status, const char* name, std::int64_t count) {
  if (count == 0) {
    erase_at(status, {name});
  } else {
    status[name] = count;
  }
}

void set_failure(Value& status,
                 const Value& set,
                 const std::string& why,
                 const Registry& registry) {
  Value kept = Value::array();
  for (const Value& condition : list_at(set, {"status", "conditions"})) {
    if (text_at(condition, {"type"}) != "ReplicaFailure" || !why.empty()) {
      kept.push_back(condition);
    }
  }
  if (!why.empty() && status_condition(set, "ReplicaFailure") == nullptr) {
    kept.push_back({{"type", "ReplicaFailure"},
                    {"status", "True"},
                    {"reason", "FailedCreate"},
                    {"message", why},
                    {"lastTransitionTime", registry.timestamp()}});
  }
  erase_at(status, {"conditions"});
  if (!kept.empty()) {
    status["conditions"] = std::move(kept);
  }
}

class ReplicaSetController final : public Controller {
 public:
  explicit ReplicaSetController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "replicasets.apps") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      for (const Key& key : concerned_owners(registry_, kind(), change)) {
        queue_.add(key);
      }
    }
  }

 private:
  [[nodiscard]] const Kind& kind() const { return kind_for(registry_, "apps/v1", "ReplicaSet"); }

  void reconcile(const Key& key) {
    const Answer<Shared> found = registry_.get(kind(), key.ns, key.name);
    if (!found) {
      return;
    }
    const Shared& set = *found;
    const Kind& pod_kind = kind_for(registry_, "v1", "Pod");
    std::vector<Shared> pods;
    std::ranges::copy_if(claim_dependents(registry_, pod_kind, *set),
                         std::back_inserter(pods),
                         [](const Shared& pod) { return is_active(*pod); });
    const std::string failure = is_terminating(*set) ? std::string() : manage(*set, pods);
    put_status(key, *set, pods, failure);
  }

  // Makes what is missing, so many at a time that others are served between, or deletes what is
  // too much; says why a pod could not be made.
  std::string manage(const Value& set, std::vector<Shared> pods) {
    const Kind& pod_kind = kind_for(registry_, "v1", "Pod");
    const std::int64_t wanted = number_at(set, {"spec", "replicas"});
    auto have = static_cast<std::int64_t>(pods.size());
    const std::int64_t enough = std::min(wanted, have + kMostAtOnce);
    for (; have < enough; ++have) {
      const auto made = create_for(
          registry_, pod_kind, set, pod_of_template(object_at(set, {"spec", "template"}), set));
      if (!made) {
        return made.error().message;
      }
    }
    std::ranges::stable_sort(pods, goes_before);
    for (const Shared& pod : pods) {
      if (have-- <= wanted) {
        break;
      }
      delete_object(registry_, pod_kind, *pod);
    }
    return {};
  }

  void put_status(const Key& key,
                  const Value& set,
                  const std::vector<Shared>& pods,
                  const std::string& failure) {
    const std::int64_t min_ready = number_at(set, {"spec", "minReadySeconds"});
    const LabelSelector labels =
        LabelSelector::of_map(object_at(set, {"spec", "template", "metadata", "labels"}));
    const WallTime now = registry_.timeline().wall();
    const auto count = [&pods](const auto& holds) {
      return static_cast<std::int64_t>(
          std::ranges::count_if(pods, [&holds](const Shared& pod) { return holds(*pod); }));
    };
    const std::int64_t ready = count(is_ready);
    const std::int64_t available =
        count([&](const Value& pod) { return is_available(pod, min_ready, now); });
    Value status = object_at(set, {"status"});
    status["replicas"] = pods.size();
    status["observedGeneration"] = number_at(set, {"metadata", "generation"});
    set_count(status, "fullyLabeledReplicas", count([&labels](const Value& pod) {
                return labels.matches(object_at(pod, {"metadata", "labels"}));
              }));
    set_count(status, "readyReplicas", ready);
    set_count(status, "availableReplicas", available);
    set_failure(status, set, failure, registry_);
    write_status(registry_, kind(), set, std::move(status));
    if (ready > available) {
      queue_.add_after(key, std::chrono::seconds(std::max<std::int64_t>(1, min_ready)));
    } else if (!failure.empty()) {
      queue_.add_after(key, std::chrono::seconds(1));
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> replica_set_controller(Registry& registry) {
  return std::make_unique<ReplicaSetController>(registry);
}

}  // namespace cfkops::sandbox
