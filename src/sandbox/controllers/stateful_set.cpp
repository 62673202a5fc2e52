#include "controllers/controller.hpp"
#include "controllers/pods.hpp"
#include "controllers/revisions.hpp"
#include "controllers/stateful_set_pods.hpp"
#include "facts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

// One pass over a set, as pkg/controller/statefulset does it:
//   1. Pods of its ordinals in ascending order: failed ones go, missing ones come. One at a time
//      unless the set is parallel: none before all below are available.
//   2. Pods beyond its ordinals in descending order: they go.
//   3. Pods of an old revision in descending order, down to the partition: one goes, and the next
//      only when all above are available.

constexpr Duration kDelay = std::chrono::milliseconds(10);
constexpr Duration kStalePoll = std::chrono::seconds(1);

struct Counts {
  std::int64_t replicas = 0;
  std::int64_t ready = 0;
  std::int64_t available = 0;
  std::int64_t current = 0;
  std::int64_t updated = 0;
};

class SetPass {
 public:
  SetPass(Registry& registry, const Value& set)
      : registry_(registry),
        set_(set),
        pods_(kind_for(registry, "v1", "Pod")),
        revisions_(registry, set),
        claims_(registry, set),
        start_(number_at(set, {"spec", "ordinals", "start"})),
        wanted_(number_at(set, {"spec", "replicas"})),
        min_ready_(number_at(set, {"spec", "minReadySeconds"})),
        monotonic_(text_at(set, {"spec", "podManagementPolicy"}) != "Parallel") {}

  /// When to look again, by itself; zero for not at all.
  Duration run() {
    update_ = revisions_.update();
    if (update_ == nullptr) {
      return {};
    }
    current_ = revisions_.named(text_at(set_, {"status", "currentRevision"}));
    if (current_ == nullptr) {
      current_ = update_;
    }
    const std::string set_name = name_of(set_);
    const auto belongs = [&set_name](const Value& pod) {
      return ordinal_in(set_name, name_of(pod)).has_value();
    };
    for (const Shared& pod : claim_dependents(registry_, pods_, set_, belongs)) {
      by_ordinal_[*ordinal_in(set_name, facts_of(pod).name)] = pod;
    }
    Counts counts = count();
    if (!is_terminating(set_)) {
      manage(counts);
    }
    put_status(counts);
    keep_revisions();
    return again_;
  }

 private:
  [[nodiscard]] bool available(const Shared& pod) const {
    return running_ready(pod) &&
           (min_ready_ == 0 || is_available(*pod, min_ready_, registry_.timeline().wall()));
  }

  [[nodiscard]] static bool running_ready(const Shared& pod) {
    const Facts& facts = facts_of(pod);
    return facts.is_ready && facts.phase == "Running";
  }

  [[nodiscard]] bool unavailable(const Shared& pod) const {
    return !available(pod) || facts_of(pod).terminating;
  }

  [[nodiscard]] static std::string revision_of(const Shared& pod) {
    return text_at(*facts_of(pod).labels, {kRevisionLabel});
  }

  [[nodiscard]] bool in_range(std::int64_t ordinal) const {
    return ordinal >= start_ && ordinal < start_ + wanted_;
  }

  [[nodiscard]] Counts count() const {
    Counts counts;
    for (const auto& [ordinal, pod] : by_ordinal_) {
      ++counts.replicas;
      counts.ready += running_ready(pod) ? 1 : 0;
      counts.available += available(pod) ? 1 : 0;
      if (facts_of(pod).terminating) {
        continue;
      }
      const std::string revision = revision_of(pod);
      counts.current += revision == facts_of(current_).name ? 1 : 0;
      counts.updated += revision == facts_of(update_).name ? 1 : 0;
    }
    return counts;
  }

  void manage(Counts& counts) {
    for (std::int64_t ordinal = start_; ordinal < start_ + wanted_; ++ordinal) {
      if (!settle_replica(ordinal)) {
        return;
      }
    }
    if (!settle_condemned()) {
      return;
    }
    if (text_at(set_, {"spec", "updateStrategy", "type"}) != "OnDelete" && replace_one()) {
      --counts.current;
    }
  }

  // Whether the next ordinal may be looked at.
  bool settle_replica(std::int64_t ordinal) {
    const auto found = by_ordinal_.find(ordinal);
    if (found == by_ordinal_.end()) {
      return create(ordinal) && !monotonic_;
    }
    const Shared& pod = found->second;
    const Facts& facts = facts_of(pod);
    if (facts.phase == "Failed" || facts.phase == "Succeeded") {
      if (!facts.terminating) {
        delete_object(registry_, pods_, *pod);
      }
      return false;
    }
    if (facts.phase == "Pending") {
      claims_.create_missing(ordinal);
    }
    if (monotonic_ && unavailable(pod)) {
      return false;
    }
    claims_.set_owners(*pod, ordinal, PodFate::Stays);
    return true;
  }

  bool create(std::int64_t ordinal) {
    if (claims_.any_stale(ordinal)) {
      again_ = kStalePoll;
      return false;
    }
    claims_.create_missing(ordinal);
    const Value& revision = keeps_current(ordinal) ? *current_ : *update_;
    return create_for(registry_, pods_, set_, stateful_pod(set_, revision, ordinal)).has_value();
  }

  [[nodiscard]] bool keeps_current(std::int64_t ordinal) const {
    const Value* rolling = find(set_, {"spec", "updateStrategy", "rollingUpdate"});
    if (rolling != nullptr) {
      return ordinal < start_ + number_at(*rolling, {"partition"});
    }
    return text_at(set_, {"spec", "updateStrategy", "type"}) == "RollingUpdate" &&
           ordinal < start_ + number_at(set_, {"status", "currentReplicas"});
  }

  [[nodiscard]] std::string first_unavailable() const {
    for (const bool condemned : {false, true}) {
      for (const auto& [ordinal, pod] : by_ordinal_) {
        if (in_range(ordinal) != condemned && unavailable(pod)) {
          return name_of(*pod);
        }
      }
    }
    return {};
  }

  bool settle_condemned() {
    const std::string unavailable_name = first_unavailable();
    const std::vector<std::pair<std::int64_t, Shared>> falling(by_ordinal_.rbegin(),
                                                               by_ordinal_.rend());
    for (const auto& [ordinal, pod] : falling) {
      if (in_range(ordinal)) {
        continue;
      }
      claims_.set_owners(*pod, ordinal, PodFate::Condemned);
      if (is_terminating(*pod)) {
        if (monotonic_) {
          return false;
        }
        continue;
      }
      // A set in order waits for a pod that is not available, unless it is this one.
      if (monotonic_ && !available(pod) && unavailable_name != name_of(*pod)) {
        return false;
      }
      delete_object(registry_, pods_, *pod);
      if (monotonic_) {
        return false;
      }
    }
    return true;
  }

  // Deletes the highest pod that is of an old revision, if all above it are available.
  bool replace_one() {
    const std::int64_t partition =
        number_at(set_, {"spec", "updateStrategy", "rollingUpdate", "partition"});
    for (std::int64_t ordinal = start_ + wanted_ - 1; ordinal >= start_ + partition; --ordinal) {
      const auto found = by_ordinal_.find(ordinal);
      if (found == by_ordinal_.end()) {
        return false;
      }
      const Shared& pod = found->second;
      const bool old = revision_of(pod) != facts_of(update_).name;
      if (old && !facts_of(pod).terminating) {
        delete_object(registry_, pods_, *pod);
        return true;
      }
      if (unavailable(pod)) {
        return false;
      }
    }
    return false;
  }

  void put_status(Counts counts) {
    std::string current = name_of(*current_);
    const bool rolls = text_at(set_, {"spec", "updateStrategy", "type"}) == "RollingUpdate";
    if (rolls && counts.updated == wanted_ && counts.ready == wanted_ &&
        counts.replicas == wanted_) {
      counts.current = counts.updated;
      current = name_of(*update_);
    }
    Value status = {{"observedGeneration", number_at(set_, {"metadata", "generation"})},
                    {"replicas", counts.replicas},
                    {"availableReplicas", counts.available},
                    {"currentRevision", current},
                    {"updateRevision", name_of(*update_)},
                    {"collisionCount", number_at(set_, {"status", "collisionCount"})}};
    const auto put = [&status](const char* name, std::int64_t number) {
      if (number != 0) {
        status[name] = number;
      }
    };
    put("readyReplicas", counts.ready);
    put("currentReplicas", counts.current);
    put("updatedReplicas", counts.updated);
    write_status(registry_, kind_for(registry_, "apps/v1", "StatefulSet"), set_, status);
    live_ = {name_of(*update_), current, name_of(*current_)};
    if (counts.ready > counts.available) {
      again_ = std::chrono::seconds(std::max<std::int64_t>(1, min_ready_));
    }
  }

  void keep_revisions() {
    for (const auto& [ordinal, pod] : by_ordinal_) {
      live_.push_back(revision_of(pod));
    }
    revisions_.truncate(live_);
  }

  Registry& registry_;
  const Value& set_;
  const Kind& pods_;
  Revisions revisions_;
  StatefulClaims claims_;
  std::int64_t start_;
  std::int64_t wanted_;
  std::int64_t min_ready_;
  bool monotonic_;
  Shared current_;
  Shared update_;
  std::map<std::int64_t, Shared> by_ordinal_;
  std::vector<std::string> live_;
  Duration again_ = {};
};

class StatefulSetController final : public Controller {
 public:
  explicit StatefulSetController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "statefulsets.apps") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      const Kind& kind = kind_for(registry_, "apps/v1", "StatefulSet");
      for (const Key& key : concerned_owners(registry_, kind, change)) {
        queue_.add(key);
      }
    }
  }

 private:
  void reconcile(const Key& key) {
    const Kind& kind = kind_for(registry_, "apps/v1", "StatefulSet");
    const Answer<Shared> set = registry_.get(kind, key.ns, key.name);
    if (!set) {
      return;
    }
    const Shared& kept = *set;
    const Duration again = SetPass(registry_, *kept).run();
    if (again > Duration::zero()) {
      queue_.add_after(key, again);
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> stateful_set_controller(Registry& registry) {
  return std::make_unique<StatefulSetController>(registry);
}

}  // namespace cfkops::sandbox
