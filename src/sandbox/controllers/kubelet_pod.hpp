#pragma once

#include "programs.hpp"
#include "value.hpp"

#include "cfkops/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// How the containers of a pod behave. Annotations `sandbox.cfkops.dev/<name>` of the pod say it:
/// `start-delay`, `stop-delay`, `exit-after` (durations), `exit-code`, `ready: "false"`,
/// `image: missing`; no image is there whose name begins with "missing.sandbox.cfkops.dev/". What
/// they leave open is up to the program, where one runs in the pod.
struct PodBehaviour {
  Duration start_delay = std::chrono::milliseconds(300);
  std::optional<Duration> stop_delay = {};  ///< none: as the program takes, or half a second
  Duration ready_delay = {};                ///< what the readiness probe takes
  std::optional<Duration> exit_after = {};  ///< none: runs until it is stopped
  int exit_code = 0;
  bool never_ready = false;
  bool image_missing = false;
};

/// Where a container would end by itself, as that of a job, it does so after a second.
[[nodiscard]] PodBehaviour behaviour_of(const Value& pod, const Program* program);

/// What a runtime says of a container whose end it has not seen.
inline constexpr int kLostExitCode = 255;

inline constexpr Duration kFirstBackOff = std::chrono::seconds(10);
inline constexpr Duration kLongestBackOff = std::chrono::minutes(5);

/// 10 s, 20 s, … 5 min.
[[nodiscard]] Duration back_off(int times);

/// How far a kubelet is with a pod.
struct PodRun {
  enum class Stage { New, Starting, PullFailed, Running, BackOff, Ended };

  std::string uid;
  Stage stage = Stage::New;
  bool ready = false;
  int restarts = 0;
  int crashes = 0;  ///< in a row, without a long run between them
  int pulls = 0;
  int exit_code = 0;  ///< of the last run
  std::string ip = {};
  std::string container_id = {};
  std::string started = {};   ///< when the containers of this run started
  std::string finished = {};  ///< when those of the last run ended
  std::string last_id = {};
  std::string last_started = {};
  MonoTime next = {};        ///< when the stage is over
  MonoTime started_at = {};  ///< of this run
  MonoTime ready_at = {};
  std::optional<MonoTime> exit_at = {};
  std::optional<MonoTime> ends_at = {};  ///< asked to end, it will have by itself
  std::optional<MonoTime> stop_at = {};
};

/// The status that the kubelet posts; what it does not own of the old one stays.
void post_status(Value& pod, const PodRun& run, std::string_view host_ip, std::string_view now);

/// The last status of a pod that is stopped.
void post_stopped(Value& pod, const PodRun& run, std::string_view now);

}  // namespace cfkops::sandbox
