#include "image_set_plan.hpp"

#include "owner.hpp"
#include "pod_start.hpp"
#include "rollout.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/target.hpp"
#include "cfkops/placement/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace cfkops::actions {

namespace {

Error refused(const kube::Object& object, const std::string& why, std::string hint) {
  return make_error(ErrorCode::Refused, fmt::format("{} {}", object.text(), why), std::move(hint));
}

/// Of what an operator makes, and of Kafka's processes.
std::optional<Error> owner_objection(const kube::Object& object) {
  const Json owner = controller_of(object);
  if (owner.string_or("/apiVersion", "").starts_with(kafka::kCfkPrefix)) {
    return refused(
        object,
        fmt::format("belongs to {} of Confluent for Kubernetes, which sets its image: what is "
                    "written here is overwritten",
                    *controller_text(object)),
        fmt::format("set spec.image.application of {}; to restart its processes one by one: cfkops "
                    "run broker-restart -n {}",
                    *controller_text(object),
                    object.ns()));
  }
  if (const auto controller = controller_text(object)) {
    return refused(object,
                   fmt::format("belongs to {}, which sets its image: what is written here is "
                               "overwritten",
                               *controller),
                   "change the image of " + *controller + " instead");
  }
  if (object.kind() == "StatefulSet" && kafka::role_of(object)) {
    return refused(
        object,
        "runs Kafka: its own update strategy looks at readiness only and may take two "
        "replicas at once",
        fmt::format("set its update strategy to OnDelete and the new image, then: cfkops "
                    "run broker-restart -n {}",
                    object.ns()));
  }
  return std::nullopt;
}

/// Who else in the namespace runs one of these images, and keeps it: how many pods by who made
/// them.
std::vector<std::string> others_of(const Workload& workload,
                                   const std::vector<kube::Object>& pods,
                                   const ImageChoice& choice) {
  const auto selector = placement::LabelSelector::of(workload.object.json().get("/spec/selector"));
  const auto runs_it = [&](const ContainerImage& has) {
    return std::ranges::any_of(choice.before, [&](const ContainerImage& one) {
      return one.image == has.image && one.image != choice.after.front().image;
    });
  };
  std::map<std::string, std::int64_t> makers;
  for (const kube::Object& pod : pods) {
    if (!kube::pod_ended(pod) && !selector.matches(placement::labels_of(pod.json())) &&
        std::ranges::any_of(images_of(pod.json().get("/spec")), runs_it)) {
      ++makers[controller_text(pod).value_or("pod " + pod.name())];
    }
  }
  std::vector<std::string> lines;
  lines.reserve(makers.size());
  for (const auto& [maker, count] : makers) {
    lines.push_back(fmt::format("{} of {} run{} the former image too, and keep{} it",
                                base::counted(count, "pod"),
                                maker,
                                count == 1 ? "s" : "",
                                count == 1 ? "s" : ""));
  }
  return lines;
}

std::string pace_text(const kube::Object& object, const RolloutRoom& room) {
  if (room.away >= room.wanted && room.wanted > 0) {
    return "all at once: nothing of it runs meanwhile";
  }
  std::string text = room.away == 0 ? std::string("none before its successor is there")
                                    : fmt::format("at most {} away at once", room.away);
  if (room.more > 0) {
    text += fmt::format(", {} more than wanted meanwhile", room.more);
  }
  return object.kind() == "StatefulSet" ? text + ", the highest numbers first" : text;
}

/// By how long its pods took to start.
std::optional<Duration> time_for(const std::vector<kube::Object>& own, const RolloutRoom& room) {
  std::optional<Duration> longest;
  for (const kube::Object& pod : own) {
    const std::optional<Duration> took = start_up(pod);
    longest = took ? std::max(longest.value_or(*took), *took) : longest;
  }
  const std::int64_t at_once = std::max<std::int64_t>(1, room.away + room.more);
  return longest ? std::optional(*longest * ((room.wanted + at_once - 1) / at_once)) : std::nullopt;
}

}  // namespace

std::optional<Error> image_objection(const kube::Object& object) {
  if (object.deleting()) {
    return refused(object, "is being deleted", "");
  }
  if (std::optional<Error> owned = owner_objection(object)) {
    return owned;
  }
  const Json& json = object.json();
  if (object.kind() == "Deployment" && json.bool_or("/spec/paused", false)) {
    return refused(object, "is paused: no pod would get the image", "resume it first");
  }
  if (object.kind() == "Deployment") {
    return std::nullopt;
  }
  if (json.string_or("/spec/updateStrategy/type", "RollingUpdate") != "RollingUpdate") {
    return refused(object,
                   "has the update strategy OnDelete: no pod gets the image by itself",
                   "change the strategy, or set the image and delete its pods one by one");
  }
  const std::int64_t partition = json.int_or("/spec/updateStrategy/rollingUpdate/partition", 0);
  if (partition > 0) {
    return refused(object,
                   fmt::format("has the partition {}: the pods below that number would keep the "
                               "former image",
                               partition),
                   "set spec.updateStrategy.rollingUpdate.partition to 0 first");
  }
  return std::nullopt;
}

Status say_rollout(kube::Reader& reader,
                   const Workload& workload,
                   const ImageChoice& choice,
                   engine::StepPlan& plan) {
  const kube::Object& object = workload.object;
  CFKOPS_ASSIGN(const kube::ObjectList pods, reader.list(kube::resources::pods(), object.ns()));
  const auto selector = placement::LabelSelector::of(object.json().get("/spec/selector"));
  std::vector<kube::Object> own;
  std::ranges::copy_if(pods.items, std::back_inserter(own), [&](const kube::Object& pod) {
    return !kube::pod_ended(pod) && selector.matches(placement::labels_of(pod.json()));
  });
  const RolloutRoom room = rollout_room(object);
  plan.disruption.push_back(fmt::format("{} of {} replaced by its own strategy: {}",
                                        base::counted(static_cast<long long>(own.size()), "pod"),
                                        object.text(),
                                        pace_text(object, room)));
  CFKOPS_ASSIGN(const kube::ObjectList budgets,
                reader.list(kube::resources::pod_disruption_budgets(), object.ns()));
  const placement::Labels labels =
      placement::strings_at(object.json(), "/spec/template/metadata/labels");
  for (const kube::Object& budget : budgets.items) {
    if (placement::LabelSelector::of(budget.json().get("/spec/selector")).matches(labels)) {
      plan.disruption.push_back(
          fmt::format("budget {}/{} lets {} go now; a rollout does not ask it",
                      budget.ns(),
                      budget.name(),
                      base::counted(budget.json().int_or("/status/disruptionsAllowed", 0), "pod")));
    }
  }
  plan.notes = others_of(workload, pods.items, choice);
  for (std::string& line : who_may_set_back(object, "the image")) {
    plan.notes.push_back(std::move(line));
  }
  plan.estimate = time_for(own, room);
  return {};
}

}  // namespace cfkops::actions
