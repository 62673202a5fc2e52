#include "rollout_wait.hpp"

#include "rollout.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using engine::Outcome;

constexpr Duration kHearEvery = 200ms;
constexpr Duration kTellEvery = 1s;
constexpr std::size_t kMostLines = 10;

std::vector<kube::Object> objects_of(const kube::Watch& watch) {
  std::vector<kube::Object> all;
  all.reserve(watch.objects().size());
  for (const auto& [name, object] : watch.objects()) {
    all.push_back(object);
  }
  return all;
}

/// Since when something is so, by what it is about.
class Since {
 public:
  /// It is so now, and has been for at least so long.
  bool lasts(const std::string& what, MonoTime now, Duration patience) {
    return now - since_.try_emplace(what, now).first->second >= patience;
  }

  void ended(const std::string& what) { since_.erase(what); }

 private:
  std::map<std::string, MonoTime> since_;
};

/// Hears of the workload and of its pods.
class RolloutWait {
 public:
  RolloutWait(const engine::Context& context,
              kube::Client& client,
              const Workload& workload,
              const RolloutWish& wish)
      : context_(context),
        client_(client),
        wish_(wish),
        name_(workload.object.ns() + "/" + workload.object.name()),
        text_(workload.object.text()),
        uid_(workload.object.uid()),
        in_order_(goes_in_order(workload.object)),
        workload_(client.watch(
            workload.resource,
            workload.object.ns(),
            {.label_selector = {}, .field_selector = "metadata.name=" + workload.object.name()})),
        pods_(client.watch(kube::resources::pods(),
                           workload.object.ns(),
                           {.label_selector = workload.selector(), .field_selector = {}})) {}

  Outcome run() {
    const MonoTime began = now();
    MonoTime told = began - kTellEvery;
    for (;;) {
      const auto heard = workload_->next(std::min(context_.deadline, now() + kHearEvery));
      if (!heard) {
        return Outcome::from(heard.error());
      }
      const auto pods = pods_->next(now());
      if (!pods) {
        return Outcome::from(pods.error());
      }
      const ImageRollout state = look();
      if (const auto end = end_of(state)) {
        return *end;
      }
      if (const Status helped = help(state); !helped) {
        return Outcome::from(helped.error());
      }
      if (now() - told >= kTellEvery) {
        told = now();
        context_.waiting({.what = text_ + " to be rolled out",
                          .why = state.why,
                          .details = state.details,
                          .estimate = {},
                          .elapsed = now() - began});
      }
    }
  }

 private:
  MonoTime now() { return client_.loop().clock().now(); }

  [[nodiscard]] std::string trouble() const {
    return workload_->trouble().empty() ? pods_->trouble() : workload_->trouble();
  }

  [[nodiscard]] ImageRollout look() const {
    if (const std::string unheard = trouble(); !unheard.empty()) {
      return {.why = unheard};
    }
    const auto found = workload_->objects().find(name_);
    if (found == workload_->objects().end() || found->second.uid() != uid_) {
      return {.foreign = true, .why = text_ + " was deleted meanwhile"};
    }
    return image_rollout(found->second, objects_of(*pods_), wish_.images);
  }

  std::optional<Outcome> end_of(const ImageRollout& state) {
    if (state.there) {
      return Outcome::done({{"pods", state.pods}, {"restarts", state.restarts}});
    }
    if (state.foreign) {
      return Outcome::refused(state.why);
    }
    if (const std::string why = given_up(state); !why.empty()) {
      Outcome outcome = Outcome::refused(fmt::format("{} is not rolled out: {}", text_, why));
      outcome.fail_refused();
      return outcome;
    }
    return now() >= context_.deadline ? std::optional(overdue(state)) : std::nullopt;
  }

  /// What will not heal, once it has been so for long enough; "" otherwise. What the controller
  /// says may still be of the former template for a moment.
  std::string given_up(const ImageRollout& state) {
    for (const kube::Object& pod : state.stuck) {
      if (since_.lasts(pod.uid(), now(), wish_.patience)) {
        return fmt::format("{}: {}", pod.text(), kube::pod_stuck(pod));
      }
    }
    if (state.problem.empty()) {
      since_.ended(kProblem);
      return {};
    }
    return since_.lasts(kProblem, now(), std::max(wish_.patience, kRolloutPatience))
               ? state.problem
               : std::string();
  }

  /// Deletes the pods that the set would wait for in vain.
  Status help(const ImageRollout& state) {
    for (const kube::Object& pod : state.former) {
      const bool lost = !kube::pod_stuck(pod).empty() ||
                        (wish_.back && since_.lasts(pod.uid(), now(), wish_.patience));
      if (!in_order_ || !lost || pod.deleting() || helped_.contains(pod.uid())) {
        continue;
      }
      context_.progress(fmt::format("{} is deleted, since its set would wait for it: {}",
                                    pod.text(),
                                    kube::pod_trouble(pod)));
      helped_.insert(pod.uid());
      Status removed = client_.remove(
          kube::resources::pods(), pod.ns(), pod.name(), {.precondition = {.uid = pod.uid()}});
      const bool gone = !removed && (removed.error().code == ErrorCode::NotFound ||
                                     removed.error().code == ErrorCode::Conflict);
      if (!removed && !gone) {
        return removed;
      }
    }
    return {};
  }

  [[nodiscard]] Outcome overdue(const ImageRollout& state) const {
    std::string why = text_ + ": " + state.why;
    for (const std::string& line : state.details) {
      why += "; ";
      why += line;
    }
    return trouble().empty() ? Outcome::not_yet(std::move(why)) : Outcome::unknown(std::move(why));
  }

  static constexpr const char* kProblem = "";

  const engine::Context& context_;
  kube::Client& client_;
  const RolloutWish& wish_;
  std::string name_;
  std::string text_;
  std::string uid_;
  bool in_order_;
  std::unique_ptr<kube::Watch> workload_;
  std::unique_ptr<kube::Watch> pods_;
  Since since_;
  std::set<std::string> helped_;
};

/// It was made from the newest template of its set: another one would be no other.
bool is_of_newest(const kube::Object& pod, const kube::Object& workload) {
  const std::string revision = workload.json().string_or("/status/updateRevision", "");
  return !revision.empty() && pod.label("controller-revision-hash") == revision;
}

/// What is said of the pods that are left to be waited for.
void take_pods(const kube::Object& workload,
               const std::vector<kube::Object>& pods,
               const std::vector<ContainerImage>& images,
               ImageRollout& rollout) {
  for (const kube::Object& pod : pods) {
    if (kube::pod_ended(pod)) {
      continue;
    }
    const bool is_new = has_images(pod.json().get("/spec"), images);
    const bool ready = kube::pod_ready(pod);
    if (!ready && rollout.details.size() < kMostLines) {
      rollout.details.push_back(fmt::format("{}: {}", pod.text(), kube::pod_trouble(pod)));
    }
    if (is_new && !pod.deleting()) {
      ++rollout.pods;
      rollout.restarts += restarts_of(pod);
      if (!kube::pod_stuck(pod).empty()) {
        rollout.stuck.push_back(pod);
      }
    } else if (!ready && !is_of_newest(pod, workload)) {
      rollout.former.push_back(pod);
    }
  }
}

}  // namespace

std::int64_t restarts_of(const kube::Object& pod) {
  std::int64_t restarts = 0;
  for (const Json& container : pod.json().items("/status/containerStatuses")) {
    restarts += container.int_or("/restartCount", 0);
  }
  return restarts;
}

bool goes_in_order(const kube::Object& workload) {
  return workload.kind() == "StatefulSet" &&
         workload.json().string_or("/spec/podManagementPolicy", "") != "Parallel";
}

ImageRollout image_rollout(const kube::Object& workload,
                           const std::vector<kube::Object>& pods,
                           const std::vector<ContainerImage>& images) {
  if (!has_images(workload.json().get("/spec/template/spec"), images)) {
    return {.foreign = true,
            .why = fmt::format("somebody else has changed the images of {} meanwhile: {}",
                               workload.text(),
                               base::enumerate(image_texts(template_images(workload))))};
  }
  ImageRollout rollout;
  take_pods(workload, pods, images, rollout);
  const RolloutState state = rollout_state(workload);
  rollout.why = state.why;
  rollout.problem = state.problem.message;
  const auto left = std::ranges::count_if(pods, [&](const kube::Object& pod) {
    return !kube::pod_ended(pod) &&
           (pod.deleting() || !has_images(pod.json().get("/spec"), images));
  });
  // What the controller of a Deployment says of pods that it could not make.
  if (const std::string failure = kube::condition_message(workload, "ReplicaFailure");
      !failure.empty()) {
    rollout.details.insert(rollout.details.begin(), failure);
  }
  rollout.there = state.complete && left == 0;
  if (state.complete && left > 0) {
    rollout.why = base::counted(left, "former pod") + " still there";
  }
  return rollout;
}

Outcome wait_rolled_out(const engine::Context& context,
                        kube::Client& client,
                        const Workload& workload,
                        const RolloutWish& wish) {
  return RolloutWait(context, client, workload, wish).run();
}

}  // namespace cfkops::actions
