#include "controllers/cluster_objects.hpp"
#include "controllers/controller.hpp"
#include "controllers/pods.hpp"
#include "facts.hpp"
#include "kinds/checks.hpp"
#include "selector.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace cfkops::sandbox {

namespace {

// Shorter than the delays of those that make pods: an evicted pod is counted as gone before one of
// its name comes back.
constexpr Duration kDelay = std::chrono::microseconds(100);

// For so long an evicted pod is expected to go.
constexpr Duration kDeletionTimeout = std::chrono::minutes(2);

struct Expectation {
  std::int64_t pods = 0;
  std::int64_t healthy = 0;
};

class DisruptionController final : public Controller {
 public:
  explicit DisruptionController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "poddisruptionbudgets.policy") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      const auto selects = [&change](const LabelSelector& selector) {
        return selector.matches(object_at(*change.object, {"metadata", "labels"})) ||
               (change.before != nullptr &&
                selector.matches(object_at(*change.before, {"metadata", "labels"})));
      };
      add_budgets(change.key.ns, selects);
    } else if (is_scalable(change.key.bucket)) {
      // Shares are of what the owner of the pods wants.
      add_budgets(change.key.ns, [](const LabelSelector& /*selector*/) { return true; });
    }
  }

 private:
  static bool is_scalable(std::string_view bucket) {
    return bucket == "statefulsets.apps" || bucket == "replicasets.apps" ||
           bucket == "deployments.apps" || bucket == "replicationcontrollers";
  }

  [[nodiscard]] const Kind& kind() const {
    return kind_for(registry_, "policy/v1", "PodDisruptionBudget");
  }

  template <class Selects>
  void add_budgets(const std::string& ns, const Selects& selects) {
    for (const Shared& budget : registry_.list(kind(), ns)) {
      if (selects(LabelSelector::of(find(*budget, {"spec", "selector"})))) {
        queue_.add({kind().bucket(), ns, name_of(*budget)});
      }
    }
  }

  void reconcile(const Key& key) {
    const Answer<Shared> found = registry_.get(kind(), key.ns, key.name);
    if (!found) {
      return;
    }
    const Shared& budget = *found;
    std::vector<Shared> pods;
    const LabelSelector selector = LabelSelector::of(find(*budget, {"spec", "selector"}));
    for (const Shared& pod : registry_.list(kind_for(registry_, "v1", "Pod"), key.ns)) {
      const Facts& facts = facts_of(pod);
      const bool ended = facts.phase == "Succeeded" || facts.phase == "Failed";
      if (!ended && selector.matches(*facts.labels)) {
        pods.push_back(pod);
      }
    }
    if (pods.empty() && is_news(*budget)) {
      record_event(
          registry_, *budget, "controllermanager", "Normal", "NoPods", "No matching pods found");
    }
    const auto expected = expect(*budget, pods);
    if (!expected) {
      put_failure(*budget);
      return;
    }
    put_status(key, *budget, pods, *expected);
  }

  // Its status does not yet tell of its spec, or tells of pods.
  static bool is_news(const Value& budget) {
    return number_at(budget, {"status", "observedGeneration"}) !=
               number_at(budget, {"metadata", "generation"}) ||
           number_at(budget, {"status", "currentHealthy"}) > 0;
  }

  // None where the owner of a pod says nothing of how many it wants.
  [[nodiscard]] std::optional<Expectation> expect(const Value& budget,
                                                  const std::vector<Shared>& pods) const {
    const Value* most = find(budget, {"spec", "maxUnavailable"});
    const Value* least = find(budget, {"spec", "minAvailable"});
    if (most == nullptr && least == nullptr) {
      return Expectation{};
    }
    if (most == nullptr && !least->is_string()) {
      return Expectation{static_cast<std::int64_t>(pods.size()), share_number(*least)};
    }
    const auto wanted = wanted_pods(pods);
    if (!wanted) {
      return std::nullopt;
    }
    if (most == nullptr) {
      return Expectation{*wanted, share_of(*least, *wanted, Rounding::Up)};
    }
    const std::int64_t healthy = *wanted - share_of(*most, *wanted, Rounding::Up);
    return Expectation{*wanted, std::max<std::int64_t>(0, healthy)};
  }

  [[nodiscard]] std::optional<std::int64_t> wanted_pods(const std::vector<Shared>& pods) const {
    std::map<std::string, std::int64_t> wanted;
    const Value* last = nullptr;
    for (const Shared& pod : pods) {
      const Value* owner = facts_of(pod).controller;
      if (owner == nullptr || (last != nullptr && *owner == *last)) {
        continue;
      }
      last = owner;
      const auto scale = scale_of(namespace_of(*pod), *owner);
      if (!scale) {
        return std::nullopt;
      }
      wanted[scale->first] = scale->second;
    }
    std::int64_t sum = 0;
    for (const auto& [uid, count] : wanted) {
      sum += count;
    }
    return sum;
  }

  // Uid and wanted replicas of what stands at the head of a pod's owners.
  [[nodiscard]] std::optional<std::pair<std::string, std::int64_t>> scale_of(
      const std::string& ns, const Value& owner) const {
    const Kind* owner_kind =
        registry_.kinds().find_kind(text_at(owner, {"apiVersion"}), text_at(owner, {"kind"}));
    if (owner_kind == nullptr) {
      return std::nullopt;
    }
    const Answer<Shared> object = registry_.get(*owner_kind, ns, text_at(owner, {"name"}));
    if (!object || uid_of(**object) != text_at(owner, {"uid"})) {
      return std::pair<std::string, std::int64_t>(text_at(owner, {"uid"}), 0);
    }
    const Value* above = controller_of(**object);
    if (above != nullptr && text_at(*above, {"kind"}) == "Deployment") {
      return scale_of(ns, *above);
    }
    if (find(**object, {"spec", "replicas"}) == nullptr) {
      return std::nullopt;
    }
    return std::pair(uid_of(**object), number_at(**object, {"spec", "replicas"}));
  }

  // Evicted pods that are still expected to go.
  [[nodiscard]] Value disrupted(const Value& budget, const std::vector<Shared>& pods) const {
    Value kept = Value::object();
    const Value& known = object_at(budget, {"status", "disruptedPods"});
    if (known.empty()) {
      return kept;
    }
    for (const Shared& pod : pods) {
      const std::string time = text_at(known, {name_of(*pod)});
      const auto since = base::parse_rfc3339(time);
      if (since && !is_terminating(*pod) &&
          *since + kDeletionTimeout >= registry_.timeline().wall()) {
        kept[name_of(*pod)] = time;
      }
    }
    return kept;
  }

  void put_status(const Key& key,
                  const Value& budget,
                  const std::vector<Shared>& pods,
                  const Expectation& expected) {
    Value gone = disrupted(budget, pods);
    const std::int64_t healthy = std::ranges::count_if(pods, [&gone](const Shared& pod) {
      const Facts& facts = facts_of(pod);
      return facts.is_ready && !facts.terminating && find(gone, {facts.name}) == nullptr;
    });
    const std::int64_t room =
        expected.pods > 0 ? std::max<std::int64_t>(0, healthy - expected.healthy) : 0;
    Value status = {{"currentHealthy", healthy},
                    {"desiredHealthy", expected.healthy},
                    {"expectedPods", expected.pods},
                    {"disruptionsAllowed", room},
                    {"observedGeneration", number_at(budget, {"metadata", "generation"})}};
    if (!gone.empty()) {
      status["disruptedPods"] = std::move(gone);
      queue_.add_after(key, kDeletionTimeout);
    }
    status["conditions"] = conditions_with(
        budget, room > 0 ? "SufficientPods" : "InsufficientPods", room > 0 ? "True" : "False", "");
    write_status(registry_, kind(), budget, std::move(status));
  }

  void put_failure(const Value& budget) {
    Value status = object_at(budget, {"status"});
    status["disruptionsAllowed"] = 0;
    status["observedGeneration"] = number_at(budget, {"metadata", "generation"});
    status["conditions"] = conditions_with(
        budget, "SyncFailed", "False", "found no controller ref for pods of the budget");
    write_status(registry_, kind(), budget, std::move(status));
  }

  [[nodiscard]] Value conditions_with(const Value& budget,
                                      const char* reason,
                                      const char* holds,
                                      const char* message) const {
    const Value* before = status_condition(budget, "DisruptionAllowed");
    const bool turned = before == nullptr || text_at(*before, {"status"}) != holds;
    return Value::array(
        {{{"type", "DisruptionAllowed"},
          {"status", holds},
          {"reason", reason},
          {"message", message},
          {"observedGeneration", number_at(budget, {"metadata", "generation"})},
          {"lastTransitionTime",
           turned ? registry_.timestamp() : text_at(*before, {"lastTransitionTime"})}}});
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> disruption_controller(Registry& registry) {
  return std::make_unique<DisruptionController>(registry);
}

}  // namespace cfkops::sandbox
