#include "scale_wait.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using engine::Outcome;

constexpr Duration kHearEvery = 200ms;
constexpr Duration kTellEvery = 1s;
constexpr std::size_t kMostLines = 10;

std::int64_t ready_of(const kube::Object& workload) {
  return workload.json().int_or(
      workload.kind() == "Deployment" ? "/status/availableReplicas" : "/status/readyReplicas", 0);
}

std::vector<kube::Object> objects_of(const kube::Watch& watch) {
  std::vector<kube::Object> all;
  for (const auto& [name, object] : watch.objects()) {
    all.push_back(object);
  }
  return all;
}

/// Hears of the workload and of its pods.
class ScaleWait {
 public:
  ScaleWait(const engine::Context& context,
            kube::Client& client,
            const Workload& workload,
            std::int64_t replicas)
      : context_(context),
        client_(client),
        name_(workload.object.ns() + "/" + workload.object.name()),
        text_(workload.object.text()),
        uid_(workload.object.uid()),
        replicas_(replicas),
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
      const ScaleState state = look();
      if (state.there) {
        return Outcome::done({{"ready", replicas_}});
      }
      if (state.foreign) {
        return Outcome::refused(state.why);
      }
      if (now() >= context_.deadline) {
        return overdue(state);
      }
      if (now() - told >= kTellEvery) {
        told = now();
        context_.waiting({.what = text_ + " to have " + base::counted(replicas_, "pod"),
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

  [[nodiscard]] ScaleState look() const {
    if (const std::string unheard = trouble(); !unheard.empty()) {
      return {.why = unheard};
    }
    const auto found = workload_->objects().find(name_);
    if (found == workload_->objects().end() || found->second.uid() != uid_) {
      return {.foreign = true, .why = text_ + " was deleted meanwhile"};
    }
    return scale_state(found->second, objects_of(*pods_), replicas_);
  }

  [[nodiscard]] Outcome overdue(const ScaleState& state) const {
    std::string why = text_ + ": " + state.why;
    for (const std::string& line : state.details) {
      why += "; " + line;
    }
    return trouble().empty() ? Outcome::not_yet(std::move(why)) : Outcome::unknown(std::move(why));
  }

  const engine::Context& context_;
  kube::Client& client_;
  std::string name_;
  std::string text_;
  std::string uid_;
  std::int64_t replicas_;
  std::unique_ptr<kube::Watch> workload_;
  std::unique_ptr<kube::Watch> pods_;
};

}  // namespace

ScaleState scale_state(const kube::Object& workload,
                       const std::vector<kube::Object>& pods,
                       std::int64_t replicas) {
  const Json& json = workload.json();
  const std::int64_t wanted = json.int_or("/spec/replicas", 1);
  if (wanted != replicas) {
    return {.foreign = true,
            .why = fmt::format("somebody else has set {} to {} meanwhile",
                               workload.text(),
                               base::counted(wanted, "replica"))};
  }
  ScaleState state;
  std::int64_t going = 0;
  for (const kube::Object& pod : pods) {
    going += pod.deleting() ? 1 : 0;
    if (kube::pod_ended(pod) || (!pod.deleting() && kube::pod_ready(pod))) {
      continue;
    }
    if (state.details.size() < kMostLines) {
      state.details.push_back(fmt::format("{}: {}", pod.text(), kube::pod_trouble(pod)));
    }
  }
  if (json.int_or("/status/observedGeneration", 0) < workload.generation()) {
    state.why = "its controller has not seen the change yet";
    return state;
  }
  const std::int64_t all = json.int_or("/status/replicas", 0);
  const std::int64_t ready = ready_of(workload);
  state.there = all == replicas && ready == replicas && going == 0;
  if (all > replicas || going > 0) {
    state.why =
        base::counted(std::max(all - replicas, going), "pod") + " more than that still there";
  } else {
    state.why = fmt::format("{} of {} are Ready", ready, base::counted(replicas, "pod"));
  }
  // What the controller of a Deployment says of pods that it could not make.
  const std::string failure = kube::condition_message(workload, "ReplicaFailure");
  if (!failure.empty()) {
    state.details.insert(state.details.begin(), failure);
  }
  return state;
}

Outcome wait_scaled(const engine::Context& context,
                    kube::Client& client,
                    const Workload& workload,
                    std::int64_t replicas) {
  return ScaleWait(context, client, workload, replicas).run();
}

}  // namespace cfkops::actions
