#include "controllers/kubelet_pod.hpp"

#include "controllers/cluster_objects.hpp"
#include "controllers/image_name.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kPrefix = "sandbox.cfkops.dev/";

std::string annotation(const Value& pod, std::string_view name) {
  return text_at(pod, {"metadata", "annotations", std::string(kPrefix).append(name)});
}

std::optional<Duration> duration(const Value& pod, std::string_view name) {
  const std::string text = annotation(pod, name);
  const auto parsed = base::parse_duration(text);
  return text.empty() || !parsed ? std::nullopt : std::optional<Duration>(*parsed);
}

/// The slowest readiness probe of the containers, if it says yes at once.
Duration probe_delay(const Value& pod) {
  std::int64_t most = 0;
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    if (find(container, {"readinessProbe"}) == nullptr) {
      continue;
    }
    const std::int64_t successes = number_at(container, {"readinessProbe", "successThreshold"}, 1);
    const std::int64_t period = number_at(container, {"readinessProbe", "periodSeconds"}, 10);
    most = std::max(
        most,
        number_at(container, {"readinessProbe", "initialDelaySeconds"}) + (successes - 1) * period);
  }
  return bounded_seconds(most);
}

Value terminated(const PodRun& run) {
  // What was lost with its node is found ended, nobody knows how.
  const bool is_lost = run.exit_code == kLostExitCode;
  const char* const reason = is_lost ? "Unknown" : run.exit_code == 0 ? "Completed" : "Error";
  return {{"exitCode", run.exit_code},
          {"reason", reason},
          {"startedAt", run.last_started},
          {"finishedAt", run.finished},
          {"containerID", run.last_id}};
}

/// As Go writes a duration.
std::string back_off_text(int crashes) {
  constexpr std::int64_t kMinute = 60;
  const std::int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(back_off(crashes - 1)).count();
  return seconds < kMinute ? fmt::format("{}s", seconds)
                           : fmt::format("{}m{}s", seconds / kMinute, seconds % kMinute);
}

Value state_of(const Value& pod, const Value& container, const PodRun& run) {
  const std::string image = text_at(container, {"image"});
  switch (run.stage) {
    case PodRun::Stage::New:
    case PodRun::Stage::Starting:
      return {{"waiting", {{"reason", "ContainerCreating"}}}};
    case PodRun::Stage::PullFailed:
      if (run.pulls % 2 == 1) {
        return {{"waiting",
                 {{"reason", "ErrImagePull"},
                  {"message",
                   fmt::format("failed to pull and unpack image \"{0}\": failed to resolve "
                               "reference \"{0}\": {0}: not found",
                               image)}}}};
      }
      return {{"waiting",
               {{"reason", "ImagePullBackOff"},
                {"message", fmt::format("Back-off pulling image \"{}\"", image)}}}};
    case PodRun::Stage::Running:
      return {{"running", {{"startedAt", run.started}}}};
    case PodRun::Stage::BackOff:
      return {{"waiting",
               {{"reason", "CrashLoopBackOff"},
                {"message",
                 fmt::format("back-off {} restarting failed container={} pod={}_{}({})",
                             back_off_text(run.crashes),
                             text_at(container, {"name"}),
                             name_of(pod),
                             namespace_of(pod),
                             uid_of(pod))}}}};
    case PodRun::Stage::Ended:
      return {{"terminated", terminated(run)}};
  }
  return Value::object();
}

void add_mounts(const Value& container, Value& status) {
  Value mounts = Value::array();
  for (const Value& mount : list_at(container, {"volumeMounts"})) {
    Value& told = mounts.emplace_back(Value::object());
    told["name"] = text_at(mount, {"name"});
    told["mountPath"] = text_at(mount, {"mountPath"});
    if (flag_at(mount, {"readOnly"})) {
      told["readOnly"] = true;
      told["recursiveReadOnly"] = "Disabled";
    }
  }
  if (!mounts.empty()) {
    status["volumeMounts"] = std::move(mounts);
  }
}

Value container_status(const Value& pod, const Value& container, const PodRun& run) {
  const bool running = run.stage == PodRun::Stage::Running;
  const std::string image = text_at(container, {"image"});
  const std::string& id = running ? run.container_id : run.last_id;
  Value status = {{"name", text_at(container, {"name"})},
                  {"image", id.empty() ? image : full_image_name(image)},
                  {"imageID", id.empty() ? "" : image_id(image)},
                  {"lastState", Value::object()},
                  {"ready", running && run.ready},
                  {"started", running},
                  {"restartCount", run.restarts},
                  {"state", state_of(pod, container, run)}};
  add_mounts(container, status);
  if (!id.empty()) {
    status["containerID"] = id;
    status["resources"] = object_at(container, {"resources"});
    const Value& requests = object_at(container, {"resources", "requests"});
    if (!requests.empty()) {
      status["allocatedResources"] = requests;
    }
  }
  if (!run.last_id.empty() && run.stage != PodRun::Stage::Ended) {
    status["lastState"] = {{"terminated", terminated(run)}};
  }
  return status;
}

Value init_status(const Value& container, const PodRun& run) {
  const bool done = !run.started.empty();
  Value state = {{"waiting", {{"reason", "PodInitializing"}}}};
  if (done) {
    state = {{"terminated",
              {{"exitCode", 0},
               {"reason", "Completed"},
               {"startedAt", run.started},
               {"finishedAt", run.started},
               {"containerID", run.container_id}}}};
  }
  const std::string image = text_at(container, {"image"});
  Value status = {{"name", text_at(container, {"name"})},
                  {"image", done ? full_image_name(image) : image},
                  {"imageID", done ? image_id(image) : ""},
                  {"lastState", Value::object()},
                  {"ready", done},
                  {"started", false},
                  {"restartCount", 0},
                  {"state", std::move(state)}};
  add_mounts(container, status);
  if (done) {
    status["containerID"] = run.container_id;
    status["resources"] = object_at(container, {"resources"});
  }
  return status;
}

std::string names_text(const Value& containers) {
  std::string text;
  for (const Value& container : containers) {
    text += (text.empty() ? "" : " ") + text_at(container, {"name"});
  }
  return text;
}

void tell(Value& pod, std::string_view type, bool is_true, const Value& why, std::string_view now) {
  Value condition = {{"type", std::string(type)},
                     {"status", is_true ? "True" : "False"},
                     {"lastProbeTime", nullptr},
                     {"observedGeneration", number_at(pod, {"metadata", "generation"}, 1)}};
  if (!is_true) {
    condition.update(why);
  }
  set_condition(pod, std::move(condition), now);
}

/// What others say first, then the kubelet's own, as its status manager merges them.
void put_in_order(Value& conditions) {
  constexpr std::array<std::string_view, 5> kOwn = {
      "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"};
  const auto rank = [&kOwn](const Value& condition) {
    const auto* const own = std::ranges::find(kOwn, text_at(condition, {"type"}));
    return own == kOwn.end() ? -1 : std::distance(kOwn.begin(), own);
  };
  std::stable_sort(conditions.begin(),
                   conditions.end(),
                   [&](const Value& left, const Value& right) { return rank(left) < rank(right); });
}

std::string phase_of(const PodRun& run) {
  if (run.stage == PodRun::Stage::Ended) {
    return run.exit_code == 0 ? "Succeeded" : "Failed";
  }
  return run.started.empty() ? "Pending" : "Running";
}

void tell_conditions(Value& pod, const PodRun& run, std::string_view now) {
  const bool up = !run.ip.empty() && run.stage != PodRun::Stage::Ended;
  const bool ended = run.stage == PodRun::Stage::Ended;
  const Value why = ended ? Value({{"reason", "PodCompleted"}})
                          : Value({{"reason", "ContainersNotReady"},
                                   {"message",
                                    "containers with unready status: [" +
                                        names_text(list_at(pod, {"spec", "containers"})) + "]"}});
  const Value uninitialised = {{"reason", "ContainersNotInitialized"},
                               {"message",
                                "containers with incomplete status: [" +
                                    names_text(list_at(pod, {"spec", "initContainers"})) + "]"}};
  const bool has_init = !list_at(pod, {"spec", "initContainers"}).empty();
  tell(pod, "PodReadyToStartContainers", up, Value::object(), now);
  tell(pod, "Initialized", !has_init || !run.started.empty(), uninitialised, now);
  tell(pod, "Ready", run.ready, why, now);
  tell(pod, "ContainersReady", run.ready, why, now);
  tell(pod, "PodScheduled", true, Value::object(), now);
  put_in_order(make_at(pod, {"status", "conditions"}));
}

/// Of the registry that has no images.
bool has_missing_image(const Value& pod) {
  return std::ranges::any_of(list_at(pod, {"spec", "containers"}), [](const Value& container) {
    return text_at(container, {"image"}).starts_with("missing.sandbox.cfkops.dev/");
  });
}

}  // namespace

Duration back_off(int times) {
  Duration delay = kFirstBackOff;
  for (int i = 1; i < times && delay < kLongestBackOff; ++i) {
    delay *= 2;
  }
  return std::min(delay, kLongestBackOff);
}

PodBehaviour behaviour_of(const Value& pod, const Program* program) {
  PodBehaviour behaviour;
  if (program != nullptr) {
    behaviour.start_delay = program->start_delay(pod);
  }
  if (program == nullptr || program->passes_probes()) {
    behaviour.ready_delay = probe_delay(pod);
  }
  behaviour.start_delay = duration(pod, "start-delay").value_or(behaviour.start_delay);
  behaviour.stop_delay = duration(pod, "stop-delay");
  behaviour.exit_after = duration(pod, "exit-after");
  const std::string code = annotation(pod, "exit-code");
  std::from_chars(code.data(), code.data() + code.size(), behaviour.exit_code);
  behaviour.never_ready = annotation(pod, "ready") == "false";
  behaviour.image_missing = annotation(pod, "image") == "missing" || has_missing_image(pod);
  const Value* owner = controller_of(pod);
  if (!behaviour.exit_after && program == nullptr && owner != nullptr &&
      text_at(*owner, {"kind"}) == "Job") {
    behaviour.exit_after = std::chrono::seconds(1);
  }
  return behaviour;
}

void post_status(Value& pod, const PodRun& run, std::string_view host_ip, std::string_view now) {
  tell_conditions(pod, run, now);
  Value containers = Value::array();
  for (const Value& container : list_at(pod, {"spec", "containers"})) {
    containers.push_back(container_status(pod, container, run));
  }
  Value inits = Value::array();
  for (const Value& container : list_at(pod, {"spec", "initContainers"})) {
    inits.push_back(init_status(container, run));
  }
  Value& status = make_at(pod, {"status"});
  status["phase"] = phase_of(run);
  status["observedGeneration"] = number_at(pod, {"metadata", "generation"}, 1);
  status["containerStatuses"] = std::move(containers);
  if (!inits.empty()) {
    status["initContainerStatuses"] = std::move(inits);
  }
  if (!host_ip.empty()) {
    status["hostIP"] = std::string(host_ip);
    status["hostIPs"] = Value::array({{{"ip", std::string(host_ip)}}});
  }
  if (!run.ip.empty()) {
    status["podIP"] = run.ip;
    status["podIPs"] = Value::array({{{"ip", run.ip}}});
  }
  set_default(status, {"startTime"}, std::string(now));
}

void post_stopped(Value& pod, const PodRun& run, std::string_view now) {
  PodRun last = run;
  last.ready = false;
  last.stage = PodRun::Stage::Ended;
  if (run.stage == PodRun::Stage::Running) {
    last.last_id = run.container_id;
    last.last_started = run.started;
    last.finished = std::string(now);
  }
  // Containers are asked to end and do.
  last.exit_code = 0;
  post_status(pod, last, {}, now);
}

}  // namespace cfkops::sandbox
