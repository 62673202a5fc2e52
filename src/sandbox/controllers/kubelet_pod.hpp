#pragma once

#include "value.hpp"

#include "cfkops/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// How the containers of a pod behave. Annotations `sandbox.cfkops.dev/<name>` of the pod say it:
/// `start-delay`, `stop-delay`, `exit-after` (durations), `exit-code`, `ready: "false"`,
/// `image: missing`.
struct PodBehaviour {
  Duration start_delay = std::chrono::milliseconds(300);
  Duration stop_delay = std::chrono::milliseconds(500);
  Duration ready_delay = {};                ///< what the readiness probe takes
  std::optional<Duration> exit_after = {};  ///< none: runs until it is stopped
  int exit_code = 0;
  bool never_ready = false;
  bool image_missing = false;
};

/// Where a container would end by itself, as that of a job, it does so after a second.
[[nodiscard]] PodBehaviour behaviour_of(const Value& pod);

/// How far a kubelet is with a pod.
struct PodRun {
  enum class Stage { New, Starting, PullFailed, Running, BackOff, Ended };

  std::string uid;
  Stage stage = Stage::New;
  bool ready = false;
  int restarts = 0;
  int pulls = 0;
  std::string ip = {};
  std::string container_id = {};
  std::string started = {};   ///< when the containers of this run started
  std::string finished = {};  ///< when those of the last run ended
  std::string last_id = {};
  std::string last_started = {};
  MonoTime next = {};  ///< when the stage is over
  MonoTime ready_at = {};
  std::optional<MonoTime> exit_at = {};
  std::optional<MonoTime> stop_at = {};
};

/// The status that the kubelet posts; what it does not own of the old one stays.
void post_status(Value& pod,
                 const PodRun& run,
                 const PodBehaviour& behaviour,
                 std::string_view host_ip,
                 std::string_view now);

/// The last status of a pod that is stopped.
void post_stopped(Value& pod, const PodRun& run, std::string_view now);

}  // namespace cfkops::sandbox
