#include "controllers/controller.hpp"
#include "controllers/deployment_sets.hpp"
#include "controllers/deployment_status.hpp"
#include "controllers/pods.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

namespace cfkops::sandbox {

namespace {

// One pass over a deployment, as pkg/controller/deployment does it. It ends at the first change of
// a size; the next pass comes with the ReplicaSet's change.

constexpr Duration kDelay = std::chrono::milliseconds(5);
constexpr const char* kDesiredAnnotation = "deployment.kubernetes.io/desired-replicas";
constexpr const char* kMostAnnotation = "deployment.kubernetes.io/max-replicas";

std::int64_t annotated(const Value& set, const char* name) {
  const std::string text = text_at(set, {"metadata", "annotations", name});
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

class DeploymentPass {
 public:
  DeploymentPass(Registry& registry, const Shared& deployment)
      : registry_(registry),
        kind_(kind_for(registry, "apps/v1", "Deployment")),
        deployment_(*deployment),
        sets_(registry, deployment_),
        wanted_(number_at(deployment_, {"spec", "replicas"})) {}

  void run() {
    if (is_terminating(deployment_)) {
      put_status(plain_status());
      return;
    }
    note_pause();
    if (flag_at(deployment_, {"spec", "paused"}) || is_scaling()) {
      sync_sizes();
    } else if (text_at(deployment_, {"spec", "strategy", "type"}) == "Recreate") {
      recreate();
    } else {
      roll();
    }
  }

 private:
  [[nodiscard]] bool has_deadline() const {
    return find(deployment_, {"spec", "progressDeadlineSeconds"}) != nullptr;
  }

  [[nodiscard]] Value plain_status() const {
    return deployment_status(deployment_, sets_, registry_.timestamp());
  }

  void put_status(Value status) { write(std::move(status), {}); }

  // `revision` is put into the annotations, unless "".
  void write(Value status, const std::string& revision) {
    const auto written = registry_.update(
        kind_,
        namespace_of(deployment_),
        name_of(deployment_),
        [&](const Shared& current) -> Answer<Value> {
          Value fresh = *current;
          make_at(fresh, {"status"}) = status;
          if (!revision.empty()) {
            make_at(fresh, {"metadata", "annotations", kRevisionAnnotation}) = revision;
          }
          return fresh;
        },
        as_controller(kControllerManager, "status"));
    if (written) {
      deployment_ = *written->object;
    }
  }

  void put_progress(const char* holds, const char* reason, const std::string& message) {
    Value status = object_at(deployment_, {"status"});
    set_deployment_condition(status, "Progressing", holds, reason, message, registry_.timestamp());
    put_status(std::move(status));
  }

  void note_pause() {
    const Value* progress = status_condition(deployment_, "Progressing");
    const std::string reason = progress == nullptr ? "" : text_at(*progress, {"reason"});
    if (!has_deadline() || reason == "ProgressDeadlineExceeded") {
      return;
    }
    const bool paused = flag_at(deployment_, {"spec", "paused"});
    if (paused && reason != "DeploymentPaused") {
      put_progress("Unknown", "DeploymentPaused", "Deployment is paused");
    } else if (!paused && reason == "DeploymentPaused") {
      put_progress("Unknown", "DeploymentResumed", "Deployment is resumed");
    }
  }

  [[nodiscard]] bool is_scaling() const {
    return std::ranges::any_of(sets_.all(), [this](const Shared& set) {
      return number_at(*set, {"spec", "replicas"}) > 0 &&
             find(*set, {"metadata", "annotations", kDesiredAnnotation}) != nullptr &&
             annotated(*set, kDesiredAnnotation) != wanted_;
    });
  }

  // Makes the newest ReplicaSet known to the deployment; false where it cannot be made.
  bool sync_newest(DeploymentSets::Missing missing) {
    const Answer<bool> made = sets_.sync_newest(missing);
    if (!made) {
      if (has_deadline()) {
        put_progress("False",
                     "ReplicaSetCreateError",
                     "Failed to create new replica set: " + made.error().message);
      }
      return false;
    }
    const Shared newest = sets_.newest();
    if (newest == nullptr) {
      return true;
    }
    Value status = object_at(deployment_, {"status"});
    if (has_deadline() && (*made || status_condition(deployment_, "Progressing") == nullptr)) {
      set_deployment_condition(
          status,
          "Progressing",
          "True",
          *made ? "NewReplicaSetCreated" : "FoundNewReplicaSet",
          fmt::format("{} new replica set \"{}\"", *made ? "Created" : "Found", name_of(*newest)),
          registry_.timestamp());
    }
    write(std::move(status), text_at(*newest, {"metadata", "annotations", kRevisionAnnotation}));
    return true;
  }

  void sync_sizes() {
    if (!sync_newest(DeploymentSets::Missing::Leave)) {
      return;
    }
    resize();
    if (flag_at(deployment_, {"spec", "paused"})) {
      sets_.clean_up();
    }
    put_status(plain_status());
  }

  void resize() {
    std::vector<Shared> active = sets_.all();
    std::erase_if(active, [](const Shared& set) {
      return number_at(*set, {"spec", "replicas"}) == 0;
    });
    const Shared newest = sets_.newest();
    if (active.size() <= 1) {
      const Shared only = !active.empty()       ? active.front()
                          : newest != nullptr   ? newest
                          : sets_.all().empty() ? nullptr
                                                : sets_.all().back();
      if (only != nullptr) {
        sets_.scale(*only, wanted_);
      }
      return;
    }
    if (newest != nullptr && is_saturated(*newest)) {
      for (const Shared& set : sets_.active_old()) {
        sets_.scale(*set, 0);
      }
      return;
    }
    if (text_at(deployment_, {"spec", "strategy", "type"}) == "RollingUpdate") {
      share_out(std::move(active));
    }
  }

  [[nodiscard]] bool is_saturated(const Value& set) const {
    return number_at(set, {"spec", "replicas"}) == wanted_ &&
           annotated(set, kDesiredAnnotation) == wanted_ &&
           number_at(set, {"status", "availableReplicas"}) == wanted_;
  }

  // In the middle of a rollout each ReplicaSet gets its share of what comes or goes.
  void share_out(std::vector<Shared> active) {
    const std::int64_t allowed = wanted_ > 0 ? wanted_ + max_surge(deployment_) : 0;
    const std::int64_t change = allowed - sum_of(sets_.all(), {"spec", "replicas"});
    std::ranges::stable_sort(active, [](const Shared& one, const Shared& other) {
      return number_at(*one, {"spec", "replicas"}) > number_at(*other, {"spec", "replicas"});
    });
    std::vector<std::int64_t> sizes;
    std::int64_t given = 0;
    for (const Shared& set : active) {
      const std::int64_t part = change == 0 ? 0 : part_of(*set, change, given);
      sizes.push_back(number_at(*set, {"spec", "replicas"}) + part);
      given += part;
    }
    sizes.front() = std::max<std::int64_t>(0, sizes.front() + change - given);
    for (std::size_t index = 0; index < active.size(); ++index) {
      sets_.scale(*active[index], sizes[index]);
    }
  }

  [[nodiscard]] std::int64_t part_of(const Value& set,
                                     std::int64_t change,
                                     std::int64_t given) const {
    const std::int64_t size = number_at(set, {"spec", "replicas"});
    if (wanted_ == 0) {
      return std::max(-size, change - given);
    }
    std::int64_t before = annotated(set, kMostAnnotation);
    if (before == 0) {
      before = std::max<std::int64_t>(1, number_at(deployment_, {"status", "replicas"}));
    }
    const std::int64_t after = wanted_ + max_surge(deployment_);
    const std::int64_t part = (2 * size * after + before) / (2 * before) - size;
    return change > 0 ? std::min(part, change - given) : std::max(part, change - given);
  }

  void roll() {
    if (!sync_newest(DeploymentSets::Missing::Create)) {
      return;
    }
    if (resize_newest() || shrink_old()) {
      put_status(rollout_status(deployment_, sets_, registry_));
      return;
    }
    finish();
  }

  void finish() {
    if (is_complete(deployment_, object_at(deployment_, {"status"}))) {
      sets_.clean_up();
    }
    put_status(rollout_status(deployment_, sets_, registry_));
  }

  bool resize_newest() {
    const Shared newest = sets_.newest();
    const std::int64_t size = number_at(*newest, {"spec", "replicas"});
    if (size == wanted_) {
      return false;
    }
    const std::int64_t next = size > wanted_ ? wanted_ : sets_.newest_size();
    return next != size && sets_.scale(*newest, next);
  }

  // First the old pods that are not available, then as many as the new ones replace.
  bool shrink_old() {
    const std::vector<Shared> active = sets_.active_old();
    if (active.empty()) {
      return false;
    }
    const std::int64_t least = wanted_ - max_unavailable(deployment_);
    const Shared newest = sets_.newest();
    const std::int64_t pending = number_at(*newest, {"spec", "replicas"}) -
                                 number_at(*newest, {"status", "availableReplicas"});
    std::int64_t room = sum_of(sets_.all(), {"spec", "replicas"}) - least - pending;
    if (room <= 0) {
      return false;
    }
    bool changed = false;
    for (const Shared& set : active) {
      const std::int64_t size = number_at(*set, {"spec", "replicas"});
      const std::int64_t sick = size - number_at(*set, {"status", "availableReplicas"});
      const std::int64_t less = std::min(room, sick);
      if (less > 0) {
        changed = sets_.scale(*set, size - less) || changed;
        room -= less;
      }
    }
    std::int64_t spare = sum_of(sets_.all(), {"status", "availableReplicas"}) - least;
    for (const Shared& set : sets_.active_old()) {
      const std::int64_t size = number_at(*set, {"spec", "replicas"});
      const std::int64_t less = std::min(size, spare);
      if (less > 0) {
        changed = sets_.scale(*set, size - less) || changed;
        spare -= less;
      }
    }
    return changed;
  }

  void recreate() {
    if (!sync_newest(DeploymentSets::Missing::Leave)) {
      return;
    }
    bool shrunk = false;
    for (const Shared& set : sets_.active_old()) {
      shrunk = sets_.scale(*set, 0) || shrunk;
    }
    if (shrunk || sets_.old_pods_run()) {
      put_status(rollout_status(deployment_, sets_, registry_));
      return;
    }
    if (sets_.newest() == nullptr && !sync_newest(DeploymentSets::Missing::Create)) {
      return;
    }
    resize_newest();
    finish();
  }

  Registry& registry_;
  const Kind& kind_;
  Value deployment_;
  DeploymentSets sets_;
  std::int64_t wanted_;
};

class DeploymentController final : public Controller {
 public:
  explicit DeploymentController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "deployments.apps") {
      queue_.add(change.key);
    } else if (change.key.bucket == "replicasets.apps") {
      for (const Key& key : concerned_owners(registry_, kind(), change)) {
        queue_.add(key);
      }
    } else if (change.key.bucket == "pods" && change.type == Change::Type::Deleted) {
      // With Recreate the new pods wait for the last old one.
      add_owner_of_set(*change.object);
    }
  }

 private:
  [[nodiscard]] const Kind& kind() const { return kind_for(registry_, "apps/v1", "Deployment"); }

  void add_owner_of_set(const Value& pod) {
    const Value* owner = controller_of(pod);
    if (owner == nullptr || text_at(*owner, {"kind"}) != "ReplicaSet") {
      return;
    }
    const auto set = registry_.get(
        kind_for(registry_, "apps/v1", "ReplicaSet"), namespace_of(pod), text_at(*owner, {"name"}));
    const Value* above = set ? controller_of(**set) : nullptr;
    if (above != nullptr && text_at(*above, {"kind"}) == "Deployment") {
      queue_.add({kind().bucket(), namespace_of(pod), text_at(*above, {"name"})});
    }
  }

  void reconcile(const Key& key) {
    const Answer<Shared> found = registry_.get(kind(), key.ns, key.name);
    if (!found) {
      return;
    }
    DeploymentPass(registry_, *found).run();
    const Answer<Shared> after = registry_.get(kind(), key.ns, key.name);
    if (!after) {
      return;
    }
    // Looks again when the rollout may have taken too long.
    const Value* progress = status_condition(**after, "Progressing");
    const std::string reason = progress == nullptr ? "" : text_at(*progress, {"reason"});
    const Value* deadline = find(**after, {"spec", "progressDeadlineSeconds"});
    if (deadline != nullptr && (reason == "ReplicaSetUpdated" || reason == "NewReplicaSetCreated" ||
                                reason == "FoundNewReplicaSet")) {
      const std::int64_t seconds = number_at(**after, {"spec", "progressDeadlineSeconds"});
      queue_.add_after(key, std::chrono::seconds(seconds + 1));
    }
  }

  Registry& registry_;
  WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Controller> deployment_controller(Registry& registry) {
  return std::make_unique<DeploymentController>(registry);
}

}  // namespace cfkops::sandbox
