#include "controllers/cluster_objects.hpp"
#include "controllers/component_leases.hpp"
#include "controllers/kubelet_events.hpp"
#include "controllers/kubelet_node.hpp"
#include "controllers/kubelet_pod.hpp"
#include "controllers/lost_node.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kManager = "kubelet";
constexpr std::string_view kAnnotation = "sandbox.cfkops.dev/kubelet";
constexpr Duration kSoon = std::chrono::milliseconds(5);
constexpr Duration kHeartbeat = std::chrono::seconds(10);
constexpr Duration kForgiven = 2 * kLongestBackOff;
constexpr Duration kUsualStop = std::chrono::milliseconds(500);

bool is_served(const Value& node) {
  return text_at(node, {"metadata", "annotations", kAnnotation}) == "true" && !is_lost(node);
}

bool is_finished(const Value& pod) {
  const std::string phase = text_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

std::string internal_ip(const Value& node) {
  for (const Value& address : list_at(node, {"status", "addresses"})) {
    if (text_at(address, {"type"}) == "InternalIP") {
      return text_at(address, {"address"});
    }
  }
  return {};
}

/// The kubelets of the nodes that have one: they run pods, tell how those are, and renew leases.
/// Networks, images, probes and processes behave as `PodBehaviour` and the programs say.
class Kubelets final : public Controller {
 public:
  Kubelets(Registry& registry, Programs& programs)
      : registry_(registry),
        programs_(programs),
        nodes_(registry.timeline(), kSoon, [this](const Key& key) { sync_node(key); }),
        pods_(registry.timeline(), kSoon, [this](const Key& key) { sync_pod(key); }) {
    programs.listen([this](const std::string& ns, const std::string& pod) {
      pods_.add({"pods", ns, pod});
    });
  }

  void on_change(const Change& change) override {
    if (change.key.bucket == "nodes" && change.type != Change::Type::Deleted) {
      const bool was = change.before != nullptr && is_served(*change.before);
      const bool is = is_served(*change.object);
      if (was || is) {
        nodes_.add(change.key);
      }
      if (is && !was) {
        renewed_.erase(change.key.name);
        add_pods_of(change.key.name);
      }
    } else if (change.key.bucket == "pods") {
      if (change.type == Change::Type::Deleted) {
        forget(change.key, change.object);
      } else if (!text_at(*change.object, {"spec", "nodeName"}).empty()) {
        pods_.add(change.key);
      }
    }
  }

 private:
  void add_pods_of(const std::string& node) {
    for (const Shared& pod : all_stored(registry_, "pods")) {
      if (text_at(*pod, {"spec", "nodeName"}) == node) {
        pods_.add(key_of("pods", *pod));
      }
    }
  }

  /// What still runs of a pod that has gone is ended soon.
  void forget(const Key& key, const Shared& pod) {
    const auto run = runs_.find(key);
    if (run == runs_.end()) {
      return;
    }
    if (run->second.stage == PodRun::Stage::Running) {
      gone_[key] = pod;
      pods_.add(key);
    }
    runs_.erase(run);
  }

  void end_gone(const Key& key) {
    const auto gone = gone_.find(key);
    if (gone == gone_.end()) {
      return;
    }
    if (Program* const program = programs_.of(*gone->second)) {
      program->end(*gone->second);
    }
    gone_.erase(gone);
  }

  /// All that runs there is gone, and nobody tells of it.
  void lose_runs(const std::string& node) {
    for (auto& [key, run] : runs_) {
      const Shared pod = registry_.store().get(key);
      if (run.stage != PodRun::Stage::Running || pod == nullptr ||
          text_at(*pod, {"spec", "nodeName"}) != node) {
        continue;
      }
      if (Program* const program = programs_.of(*pod)) {
        program->end(*pod);
      }
      note_end(run, kLostExitCode);
      run.stage = PodRun::Stage::BackOff;
      run.next = registry_.timeline().now();
      run.ip.clear();
    }
  }

  void sync_node(const Key& key) {
    const Shared node = registry_.store().get(key);
    if (node != nullptr && is_lost(*node)) {
      lose_runs(key.name);
    }
    if (node == nullptr || !is_served(*node)) {
      return;
    }
    const MonoTime now = registry_.timeline().now();
    const auto renewed = renewed_.find(key.name);
    if (renewed == renewed_.end() || now - renewed->second >= kHeartbeat) {
      renew_lease(registry_, *node);
      renewed_[key.name] = now;
      renew_component_leases(registry_);
    }
    const Value* ready = condition_of(*node, "Ready");
    if (ready == nullptr || text_at(*ready, {"status"}) != "True") {
      post_health(registry_, key);
    }
    nodes_.add_after(key, renewed_[key.name] + kHeartbeat - now);
  }

  void sync_pod(const Key& key) {
    end_gone(key);
    const Shared pod = registry_.store().get(key);
    const Shared node = pod == nullptr
                            ? nullptr
                            : stored(registry_, "nodes", {}, text_at(*pod, {"spec", "nodeName"}));
    if (node == nullptr || !is_served(*node)) {
      return;
    }
    PodRun& run = runs_[key];
    if (run.uid != uid_of(*pod)) {
      run = PodRun();
      run.uid = uid_of(*pod);
    }
    if (is_deleting(*pod)) {
      stop(key, *pod, *node, run);
    } else if (!is_finished(*pod)) {
      advance(key, *pod, *node, run);
    }
  }

  /// Takes the next step if it is due, and comes again when the one after that is.
  void advance(const Key& key, const Value& pod, const Value& node, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    if (step(pod, node, behaviour_of(pod, programs_.of(pod)), run)) {
      post(key, node, run);
    }
    const auto again = runs_.find(key);
    if (again != runs_.end() && again->second.next > now) {
      pods_.add_after(key, again->second.next - now);
    }
  }

  void post(const Key& key, const Value& node, const PodRun& run) {
    const std::string host = internal_ip(node);
    const std::string stamp = registry_.timestamp();
    const PodRun told = run;
    change_stored(
        registry_,
        key,
        [&](Value& fresh) { post_status(fresh, told, host, stamp); },
        as_controller(kManager, "status"));
  }

  /// True where there is something new to tell.
  bool step(const Value& pod, const Value& node, const PodBehaviour& behaviour, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    if (run.stage == PodRun::Stage::New) {
      run.stage = PodRun::Stage::Starting;
      run.next = now + behaviour.start_delay;
      return true;
    }
    if (run.stage == PodRun::Stage::Running) {
      return step_running(pod, behaviour, run);
    }
    if (run.stage == PodRun::Stage::Ended || now < run.next) {
      return false;
    }
    if (behaviour.image_missing && run.stage != PodRun::Stage::BackOff) {
      fail_pull(pod, run);
    } else {
      start(pod, node, behaviour, run);
    }
    return true;
  }

  bool step_running(const Value& pod, const PodBehaviour& behaviour, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    if (run.exit_at && now >= *run.exit_at) {
      end(pod, run, behaviour.exit_code);
      return true;
    }
    const Program* const program = programs_.of(pod);
    if (const auto code = program == nullptr ? std::nullopt : program->exited(pod)) {
      end(pod, run, *code);
      return true;
    }
    const bool says_yes = now >= run.ready_at && (program == nullptr || program->is_ready(pod));
    const bool ready = says_yes && !behaviour.never_ready;
    const bool changed = ready != run.ready;
    run.ready = ready;
    run.next = now < run.ready_at ? run.ready_at : MonoTime();
    if (run.exit_at && (run.next == MonoTime() || *run.exit_at < run.next)) {
      run.next = *run.exit_at;
    }
    return changed;
  }

  void fail_pull(const Value& pod, PodRun& run) {
    run.stage = PodRun::Stage::PullFailed;
    ++run.pulls;
    const bool failed = run.pulls % 2 == 1;
    run.next = registry_.timeline().now() +
               (failed ? Duration(std::chrono::seconds(2)) : back_off(run.pulls / 2));
    tell_pull_failed(registry_, pod, failed);
  }

  void start(const Value& pod, const Value& node, const PodBehaviour& behaviour, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    if (run.stage == PodRun::Stage::BackOff) {
      ++run.restarts;
    }
    run.stage = PodRun::Stage::Running;
    run.started = registry_.timestamp();
    run.started_at = now;
    run.container_id = fmt::format("containerd://{:016x}{:016x}{:016x}{:016x}",
                                   registry_.random().below(~0ULL),
                                   registry_.random().below(~0ULL),
                                   registry_.random().below(~0ULL),
                                   registry_.random().below(~0ULL));
    if (run.ip.empty()) {
      run.ip = flag_at(pod, {"spec", "hostNetwork"}) ? internal_ip(node) : free_ip(node);
    }
    run.ready_at = now + behaviour.ready_delay;
    run.exit_at.reset();
    if (behaviour.exit_after) {
      run.exit_at = now + *behaviour.exit_after;
    }
    if (run.restarts == 0) {
      tell_started(registry_, pod, "initContainers");
    }
    tell_started(registry_, pod, "containers");
    if (Program* const program = programs_.of(pod)) {
      program->start(pod);
    }
    step_running(pod, behaviour, run);
  }

  void note_end(PodRun& run, int code) {
    run.ready = false;
    run.exit_code = code;
    run.last_id = run.container_id;
    run.last_started = run.started;
    run.finished = registry_.timestamp();
    run.exit_at.reset();
  }

  void end(const Value& pod, PodRun& run, int code) {
    const MonoTime now = registry_.timeline().now();
    const std::string policy = text_at(pod, {"spec", "restartPolicy"}, "Always");
    if (Program* const program = programs_.of(pod)) {
      program->end(pod);
    }
    note_end(run, code);
    if (policy == "Always" || (policy == "OnFailure" && code != 0)) {
      run.stage = PodRun::Stage::BackOff;
      run.crashes = now - run.started_at < kForgiven ? run.crashes : 0;
      // The first restart comes at once.
      run.next = now + (run.crashes == 0 ? kSoon : back_off(run.crashes));
      if (++run.crashes > 1) {
        tell_back_off(registry_, pod);
      }
      return;
    }
    run.stage = PodRun::Stage::Ended;
    run.next = MonoTime();
  }

  /// An address of the node's range that no pod there has.
  std::string free_ip(const Value& node) {
    const std::string range = text_at(node, {"spec", "podCIDR"}, "10.244.0.0/24");
    const std::string prefix = range.substr(0, range.rfind('.') + 1);
    constexpr int kMost = 253;
    int& last = addresses_[name_of(node)];
    for (int tries = 0; tries < kMost; ++tries) {
      last = last % kMost + 1;
      std::string ip = prefix + std::to_string(last + 1);
      const bool taken =
          std::ranges::any_of(runs_, [&](const auto& one) { return one.second.ip == ip; });
      if (!taken) {
        return ip;
      }
    }
    return prefix + "254";
  }

  /// When the containers, asked to end, have.
  MonoTime asked_to_end(const Value& pod) {
    const MonoTime now = registry_.timeline().now();
    Program* const program = programs_.of(pod);
    const Duration needed = program == nullptr ? kUsualStop : program->stop(pod);
    return now + behaviour_of(pod, program).stop_delay.value_or(needed);
  }

  /// When the containers are gone: by themselves, or killed when their grace period is over.
  MonoTime stop_time(const Value& pod, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    if (run.stage != PodRun::Stage::Running) {
      return now;
    }
    if (!run.ends_at) {
      run.ends_at = asked_to_end(pod);
      tell_killed(registry_, pod);
    }
    const Program* const program = programs_.of(pod);
    if (program != nullptr && program->exited(pod)) {
      return now;
    }
    const Duration grace =
        bounded_seconds(number_at(pod, {"metadata", "deletionGracePeriodSeconds"}));
    return std::min(*run.ends_at, now + grace);
  }

  /// Ends the containers within the grace period; then the object goes.
  void stop(const Key& key, const Value& pod, const Value& node, PodRun& run) {
    const MonoTime now = registry_.timeline().now();
    const bool runs = run.stage == PodRun::Stage::Running;
    const MonoTime end = stop_time(pod, run);
    run.stop_at = run.stop_at ? std::min(*run.stop_at, end) : end;
    Program* const program = programs_.of(pod);
    if (*run.stop_at > now) {
      pods_.add_after(key, *run.stop_at - now);
      if (run.ready && program != nullptr && !program->is_ready(pod)) {
        run.ready = false;
        post(key, node, run);
      }
      return;
    }
    if (runs && program != nullptr) {
      program->end(pod);
    }
    const std::string uid = run.uid;
    const bool had_containers = runs || run.stage == PodRun::Stage::BackOff;
    if (!is_finished(pod) && had_containers) {
      const PodRun last = run;
      const std::string stamp = registry_.timestamp();
      change_stored(
          registry_,
          key,
          [&](Value& fresh) { post_stopped(fresh, last, stamp); },
          as_controller(kManager, "status"));
    }
    // What is left to do is to remove the object.
    if (const auto again = runs_.find(key); again != runs_.end()) {
      again->second.stage = PodRun::Stage::Ended;
    }
    delete_stored(registry_, key, uid, {}, as_controller(kManager), 0);
  }

  Registry& registry_;
  Programs& programs_;
  WorkQueue nodes_;
  WorkQueue pods_;
  std::map<Key, PodRun> runs_;
  std::map<Key, Shared> gone_;
  std::map<std::string, MonoTime> renewed_;
  std::map<std::string, int> addresses_;
};

}  // namespace

std::unique_ptr<Controller> kubelets(Registry& registry, Programs& programs) {
  return std::make_unique<Kubelets>(registry, programs);
}

}  // namespace cfkops::sandbox
