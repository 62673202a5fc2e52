#include "container_image.hpp"
#include "kinds.hpp"
#include "rollout.hpp"
#include "rollout_wait.hpp"
#include "subject.hpp"
#include "workload.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cfkops::actions {

namespace {

using engine::CheckResult;
using engine::Verdict;
using runbook::Type;

constexpr Duration kLookAgain = std::chrono::seconds(2);

/// What is asked of the pods besides being rolled out.
struct Wanted {
  std::vector<ContainerImage> images;
  std::optional<std::int64_t> most_restarts;
};

/// What was found, and what speaks against it.
struct Found {
  std::int64_t pods = 0;
  std::int64_t ready = 0;
  std::int64_t restarts = 0;
  std::set<std::string> ids;  ///< what the nodes say that they run, of the images asked about
  std::vector<std::string> wrong;
  std::vector<std::string> doubts;
};

/// What the pod's node says that the container runs; "" where it does not say.
std::string image_id_of(const kube::Object& pod, const ContainerImage& one) {
  const char* list =
      one.list == "containers" ? "/status/containerStatuses" : "/status/initContainerStatuses";
  for (const Json& status : pod.json().items(list)) {
    if (status.string_or("/name", "") == one.container) {
      return status.string_or("/imageID", "");
    }
  }
  return {};
}

void take_image(const kube::Object& pod, const ContainerImage& one, Found& found) {
  const std::string where = fmt::format("{}, container {}", pod.text(), one.container);
  const std::vector<ContainerImage> has = images_of(pod.json().get("/spec"));
  const auto own = std::ranges::find_if(has, [&](const ContainerImage& other) {
    return other.list == one.list && other.container == one.container;
  });
  if (own == has.end() || own->image != one.image) {
    found.wrong.push_back(fmt::format(
        "{}: is to run {}, not {}", where, own == has.end() ? "" : own->image, one.image));
    return;
  }
  const std::string id = image_id_of(pod, one);
  if (id.empty()) {
    found.doubts.push_back(where + ": its node does not say which image it runs");
    return;
  }
  const std::string digest = image_digest(id);
  found.ids.insert(digest.empty() ? id : digest);
  const std::string wanted = image_digest(one.image);
  if (!wanted.empty() && digest.empty()) {
    found.doubts.push_back(
        fmt::format("{}: its node tells {}, which has no digest to compare", where, id));
  } else if (!wanted.empty() && digest != wanted) {
    found.wrong.push_back(fmt::format("{}: its node says that it runs {}", where, id));
  }
}

void take_pod(const kube::Object& pod, const Wanted& wanted, Found& found) {
  if (kube::pod_ended(pod)) {
    return;
  }
  if (pod.deleting()) {
    found.wrong.push_back(pod.text() + ": is going, and not gone");
    return;
  }
  ++found.pods;
  found.restarts += restarts_of(pod);
  if (kube::pod_ready(pod)) {
    ++found.ready;
  } else {
    found.wrong.push_back(fmt::format("{}: {}", pod.text(), kube::pod_trouble(pod)));
  }
  for (const ContainerImage& one : wanted.images) {
    take_image(pod, one, found);
  }
}

/// The same name may be another image on each node, where its tag was pushed anew.
void compare_ids(const Wanted& wanted, Found& found) {
  if (found.ids.size() < 2) {
    return;
  }
  const std::vector<std::string> ids(found.ids.begin(), found.ids.end());
  found.wrong.push_back(fmt::format("the nodes run {} images under the name {}: {}",
                                    ids.size(),
                                    wanted.images.front().image,
                                    base::enumerate(ids)));
}

Result<Wanted> wanted_of(const Workload& workload, const engine::Arguments& arguments) {
  Wanted wanted;
  if (const runbook::Value* most = arguments.find("most_restarts");
      most != nullptr && !most->is_null()) {
    wanted.most_restarts = arguments.integer("most_restarts");
  }
  const std::string image = arguments.string("image");
  if (image.empty()) {
    return wanted;
  }
  CFKOPS_ASSIGN(wanted.images,
                containers_for(workload.object, arguments.string("container"), image));
  for (ContainerImage& one : wanted.images) {
    one.image = image;
  }
  return wanted;
}

CheckResult result_of(const Workload& workload, const Wanted& wanted, Found found) {
  const RolloutState state = rollout_state(workload.object);
  if (!state.complete) {
    found.wrong.insert(found.wrong.begin(), workload.object.text() + ": " + state.why);
  }
  compare_ids(wanted, found);
  if (wanted.most_restarts && found.restarts > *wanted.most_restarts) {
    found.wrong.push_back(fmt::format("its containers were restarted {} times, not at most {}",
                                      found.restarts,
                                      *wanted.most_restarts));
  }
  CheckResult result;
  result.verdict = !found.wrong.empty()    ? Verdict::Fail
                   : !found.doubts.empty() ? Verdict::Unknown
                                           : Verdict::Pass;
  result.summary = fmt::format("{} of {} of {} Ready, {}",
                               found.ready,
                               base::counted(found.pods, "pod"),
                               workload.object.text(),
                               base::counted(found.restarts, "restart"));
  if (!found.wrong.empty()) {
    result.summary += ": " + found.wrong.front();
    result.remedy = "see above; kubectl describe pod tells more";
  } else if (!found.doubts.empty()) {
    result.remedy = "ask the nodes themselves; unknown is not taken for the right image";
  }
  runbook::ValueList ids(found.ids.begin(), found.ids.end());
  result.details = std::move(found.wrong);
  result.details.insert(result.details.end(), found.doubts.begin(), found.doubts.end());
  result.outputs = {{"pods", found.pods}, {"restarts", found.restarts}, {"images", std::move(ids)}};
  return result;
}

class CheckRollout final : public engine::Check {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] CheckResult evaluate(const engine::Context& context,
                                     kube::Reader& reader,
                                     const engine::Arguments& arguments) const override {
    const MonoTime began = reader.loop().clock().now();
    const MonoTime until = began + arguments.duration("hold");
    for (;;) {
      CheckResult result = look(reader, arguments);
      const MonoTime now = reader.loop().clock().now();
      if (result.verdict != Verdict::Pass || now >= until) {
        return result;
      }
      context.waiting(
          {.what = "it to stay so for " + base::format_duration(arguments.duration("hold")),
           .why = result.summary,
           .details = {},
           .estimate = until - now,
           .elapsed = now - began});
      if (const Status paused = reader.loop().pause(std::min(kLookAgain, until - now)); !paused) {
        return CheckResult::unknown(paused.error());
      }
    }
  }

  [[nodiscard]] std::optional<std::vector<kube::AccessQuestion>> permissions(
      const engine::Context& /*context*/,
      kube::Reader& /*reader*/,
      const engine::Arguments& arguments) const override {
    const Subject subject = subject_of_workload(arguments);
    return std::vector{subject.may("get"),
                       Subject{kube::resources::pods(), subject.ns, ""}.may("list")};
  }

 private:
  static CheckResult look(kube::Reader& reader, const engine::Arguments& arguments) {
    const auto workload = read_workload(reader, arguments);
    if (!workload) {
      return CheckResult::unknown(workload.error());
    }
    const auto wanted = wanted_of(*workload, arguments);
    if (!wanted) {
      return CheckResult::unknown(wanted.error());
    }
    const auto pods = reader.list(kube::resources::pods(),
                                  workload->object.ns(),
                                  {.label_selector = workload->selector(), .field_selector = {}});
    if (!pods) {
      return CheckResult::unknown(pods.error());
    }
    Found found;
    for (const kube::Object& pod : pods->items) {
      take_pod(pod, *wanted, found);
    }
    return result_of(*workload, *wanted, std::move(found));
  }

  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "rollout",
        .summary = "a workload is whole: all its pods are of its newest template and Ready"};
    spec.is_check = true;
    spec.arguments = {
        rolled_workload_argument(),
        {.name = "image",
         .type = text,
         .fallback = runbook::Value(""),
         .help = "what every pod must run, as the nodes tell it (imageID); left out: any"},
        {.name = "container",
         .type = text,
         .fallback = runbook::Value(""),
         .help = "in which container; else all of the image's repository, or the only one"},
        {.name = "most_restarts",
         .type = number,
         .help = "how often its containers may have been restarted in all; left out: any number"},
        {.name = "hold",
         .type = Type::of(Type::Kind::Duration),
         .fallback = runbook::Value(Duration::zero()),
         .help = "for how long it must stay so"}};
    spec.outputs = {{"pods", number, "that it has, not counting those that ended or are going"},
                    {"restarts", number, "of their containers"},
                    {"images", Type::list_of(text), "what the nodes say that they run of it"}};
    spec.permissions = {{"get", "the workload"}, {"list", "pods"}};
    spec.example =
        "- check: rollout\n"
        "  with:\n"
        "    workload: ${params.workload}\n"
        "    image: registry.example.com/shop/web:1.4.2\n";
    return spec;
  }
};

}  // namespace

const engine::Check& check_rollout() {
  static const CheckRollout kCheck;
  return kCheck;
}

}  // namespace cfkops::actions
