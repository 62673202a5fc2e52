#include "controllers/cluster_objects.hpp"
#include "controllers/controller.hpp"
#include "controllers/job_pods.hpp"
#include "controllers/pods.hpp"
#include "kinds/job_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

namespace cfkops::sandbox {

namespace {

// One pass over a job, as pkg/controller/job does it: pods that ended are counted and let go, then
// the job is judged: it fails, has enough, or gets the pods it lacks. What it ends with is told in
// two steps, the second when no pod of it runs any more.
//
// Failure policies of pods, success policies and limits for each index are not followed.

constexpr Duration kDelay = std::chrono::milliseconds(5);
constexpr Duration kFirstBackOff = std::chrono::seconds(10);
constexpr Duration kMostBackOff = std::chrono::minutes(10);

/// How often in a row pods failed, and when the last one did.
struct BackOff {
  int failures = 0;
  MonoTime last = {};

  [[nodiscard]] Duration remaining(MonoTime now) const {
    if (failures == 0) {
      return {};
    }
    constexpr int kDoublings = 6;
    const Duration whole =
        std::min(kMostBackOff, kFirstBackOff * (1 << std::min(failures - 1, kDoublings)));
    return std::max(Duration::zero(), last + whole - now);
  }
};

class JobPass {
 public:
  JobPass(Registry& registry, const Value& job, BackOff& back_off)
      : registry_(registry),
        job_(job),
        pod_kind_(kind_for(registry, "v1", "Pod")),
        back_off_(back_off),
        status_(object_at(job, {"status"})),
        now_(registry.timestamp()),
        indexed_(text_at(job, {"spec", "completionMode"}) == "Indexed") {}

  /// When to look again, by itself; zero for not at all.
  Duration run() {
    done_ = parse_indexes(text_at(status_, {"completedIndexes"}));
    const std::vector<Shared> pods = claim_dependents(registry_, pod_kind_, job_);
    count_ended(pods);
    std::ranges::copy_if(
        pods, std::back_inserter(active_), [](const Shared& pod) { return is_active(*pod); });
    terminating_ = std::ranges::count_if(pods, [](const Shared& pod) {
      return is_terminating(*pod) && !has_phase(*pod, "Failed") && !has_phase(*pod, "Succeeded");
    });
    const bool suspended = flag_at(job_, {"spec", "suspend"});
    if (!suspended) {
      set_default(status_, {"startTime"}, now_);
    }
    judge(pods);
    put_status();
    return again_;
  }

 private:
  [[nodiscard]] bool has_failed(const Value& pod) const {
    if (has_phase(pod, "Failed")) {
      return true;
    }
    const bool waits = text_at(job_, {"spec", "podReplacementPolicy"}) == "Failed";
    return !waits && is_terminating(pod) && !has_phase(pod, "Succeeded");
  }

  void count_ended(const std::vector<Shared>& pods) {
    std::int64_t succeeded = 0;
    std::int64_t failed = 0;
    for (const Shared& pod : pods) {
      if (!is_tracked(*pod)) {
        continue;
      }
      if (has_phase(*pod, "Succeeded")) {
        ++succeeded;
        if (const auto index = index_of(*pod)) {
          done_.insert(*index);
        }
      } else if (has_failed(*pod)) {
        ++failed;
      } else {
        continue;
      }
      untrack(registry_, *pod);
    }
    if (failed > 0) {
      back_off_.failures += static_cast<int>(failed);
      back_off_.last = registry_.timeline().now();
    } else if (succeeded > 0) {
      back_off_ = {};
    }
    succeeded_ = indexed_ ? static_cast<std::int64_t>(done_.size())
                          : number_at(status_, {"succeeded"}) + succeeded;
    failed_ = number_at(status_, {"failed"}) + failed;
  }

  void judge(const std::vector<Shared>& pods) {
    if (job_has(job_, "SuccessCriteriaMet") || job_has(job_, "FailureTarget")) {
      end();
      return;
    }
    if (failed_ > number_at(job_, {"spec", "backoffLimit"}) || restarts_exceed(pods)) {
      fail("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    } else if (past_deadline()) {
      fail("DeadlineExceeded", "Job was active longer than specified deadline");
    } else if (!is_terminating(job_)) {
      manage();
    }
  }

  [[nodiscard]] bool restarts_exceed(const std::vector<Shared>& pods) const {
    if (text_at(job_, {"spec", "template", "spec", "restartPolicy"}) != "OnFailure") {
      return false;
    }
    std::int64_t restarts = 0;
    for (const Shared& pod : pods) {
      if (has_phase(*pod, "Running") || has_phase(*pod, "Pending")) {
        for (const Value& container : list_at(*pod, {"status", "containerStatuses"})) {
          restarts += number_at(container, {"restartCount"});
        }
      }
    }
    const std::int64_t limit = number_at(job_, {"spec", "backoffLimit"});
    return limit == 0 ? restarts > 0 : restarts >= limit;
  }

  bool past_deadline() {
    const Value* seconds = find(job_, {"spec", "activeDeadlineSeconds"});
    const auto start = base::parse_rfc3339(text_at(status_, {"startTime"}));
    if (seconds == nullptr || !start || flag_at(job_, {"spec", "suspend"})) {
      return false;
    }
    const Duration left = *start +
                          bounded_seconds(number_at(job_, {"spec", "activeDeadlineSeconds"})) -
                          registry_.timeline().wall();
    if (left > Duration::zero()) {
      again_ = left;
    }
    return left <= Duration::zero();
  }

  void add_condition(const char* type, const std::string& reason, const std::string& message) {
    Value& conditions = make_at(status_, {"conditions"});
    if (!conditions.is_array()) {
      conditions = Value::array();
    }
    conditions.push_back({{"type", type},
                          {"status", "True"},
                          {"reason", reason},
                          {"message", message},
                          {"lastProbeTime", now_},
                          {"lastTransitionTime", now_}});
  }

  void fail(const char* reason, const char* message) {
    delete_active(static_cast<std::int64_t>(active_.size()));
    add_condition("FailureTarget", reason, message);
  }

  // The second step: what was decided becomes final.
  void end() {
    const bool met = job_has(job_, "SuccessCriteriaMet");
    delete_active(static_cast<std::int64_t>(active_.size()));
    if (terminating_ > 0 || job_has(job_, "Complete") || job_has(job_, "Failed")) {
      return;
    }
    const Value& target = *status_condition(job_, met ? "SuccessCriteriaMet" : "FailureTarget");
    const std::string reason = text_at(target, {"reason"});
    const std::string message = text_at(target, {"message"});
    add_condition(met ? "Complete" : "Failed", reason, message);
    record_event(registry_,
                 job_,
                 "job-controller",
                 met ? "Normal" : "Warning",
                 met ? "Completed" : reason,
                 met ? "Job completed" : message);
    if (met) {
      status_["completionTime"] = now_;
    }
  }

  void manage() {
    if (flag_at(job_, {"spec", "suspend"})) {
      delete_active(static_cast<std::int64_t>(active_.size()));
      set_suspended(true);
      return;
    }
    set_suspended(false);
    const Value* completions = find(job_, {"spec", "completions"});
    const auto active = static_cast<std::int64_t>(active_.size());
    const std::int64_t wanted = wanted_active(completions != nullptr);
    if (active > wanted) {
      delete_active(active - wanted);
    } else {
      create(wanted - active);
    }
    const bool enough = completions == nullptr
                            ? succeeded_ > 0
                            : succeeded_ >= number_at(job_, {"spec", "completions"});
    if (enough && active_.empty() && created_ == 0) {
      add_condition(
          "SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods");
    }
  }

  [[nodiscard]] std::int64_t wanted_active(bool has_completions) const {
    const std::int64_t parallelism = number_at(job_, {"spec", "parallelism"});
    if (!has_completions) {
      return succeeded_ > 0 ? static_cast<std::int64_t>(active_.size()) : parallelism;
    }
    const std::int64_t open = number_at(job_, {"spec", "completions"}) - succeeded_;
    return std::clamp<std::int64_t>(open, 0, parallelism);
  }

  void set_suspended(bool suspended) {
    Value* there = nullptr;
    Value* conditions = find(status_, {"conditions"});
    if (conditions != nullptr && conditions->is_array()) {
      const auto found = std::ranges::find_if(
          *conditions, [](const Value& one) { return text_at(one, {"type"}) == "Suspended"; });
      there = found == conditions->end() ? nullptr : &*found;
    }
    const char* holds = suspended ? "True" : "False";
    if (there == nullptr) {
      if (suspended) {
        add_condition("Suspended", "JobSuspended", "Job suspended");
      }
      return;
    }
    if (text_at(*there, {"status"}) == holds) {
      return;
    }
    (*there)["status"] = holds;
    (*there)["reason"] = suspended ? "JobSuspended" : "JobResumed";
    (*there)["message"] = suspended ? "Job suspended" : "Job resumed";
    (*there)["lastProbeTime"] = now_;
    (*there)["lastTransitionTime"] = now_;
    if (!suspended) {
      status_["startTime"] = now_;
    }
  }

  void create(std::int64_t count) {
    if (text_at(job_, {"spec", "podReplacementPolicy"}) == "Failed") {
      count -= terminating_;
    }
    if (count <= 0) {
      return;
    }
    const Duration wait = back_off_.remaining(registry_.timeline().now());
    if (wait > Duration::zero()) {
      again_ = again_ > Duration::zero() ? std::min(again_, wait) : wait;
      return;
    }
    std::vector<std::int64_t> open = open_indexes();
    for (std::int64_t made = 0; made < count; ++made) {
      std::optional<std::int64_t> index;
      if (indexed_) {
        if (static_cast<std::size_t>(made) >= open.size()) {
          return;
        }
        index = open[static_cast<std::size_t>(made)];
      }
      if (!create_for(registry_, pod_kind_, job_, job_pod(job_, index))) {
        again_ = kFirstBackOff;
        return;
      }
      ++created_;
    }
  }

  // Neither done nor on their way.
  [[nodiscard]] std::vector<std::int64_t> open_indexes() const {
    Indexes taken = done_;
    for (const Shared& pod : active_) {
      if (const auto index = index_of(*pod)) {
        taken.insert(*index);
      }
    }
    std::vector<std::int64_t> open;
    const std::int64_t all = indexed_ ? number_at(job_, {"spec", "completions"}) : 0;
    for (std::int64_t index = 0; index < all; ++index) {
      if (!taken.contains(index)) {
        open.push_back(index);
      }
    }
    return open;
  }

  // Those that are not ready first.
  void delete_active(std::int64_t count) {
    std::ranges::stable_sort(active_, {}, [](const Shared& pod) { return is_ready(*pod) ? 1 : 0; });
    for (; count > 0 && !active_.empty(); --count) {
      delete_object(registry_, pod_kind_, *active_.front());
      active_.erase(active_.begin());
      ++terminating_;
    }
  }

  void put_status() {
    const auto put = [this](const char* name, std::int64_t number) {
      if (number == 0) {
        erase_at(status_, {name});
      } else {
        status_[name] = number;
      }
    };
    put("active", static_cast<std::int64_t>(active_.size()) + created_);
    put("succeeded", succeeded_);
    put("failed", failed_);
    status_["ready"] =
        std::ranges::count_if(active_, [](const Shared& pod) { return is_ready(*pod); });
    status_["terminating"] = terminating_;
    status_["uncountedTerminatedPods"] = Value::object();
    if (indexed_ && !done_.empty()) {
      status_["completedIndexes"] = indexes_text(done_);
    }
    write_status(registry_, kind_for(registry_, "batch/v1", "Job"), job_, status_);
  }

  Registry& registry_;
  const Value& job_;
  const Kind& pod_kind_;
  BackOff& back_off_;
  Value status_;
  std::string now_;
  bool indexed_;
  Indexes done_;
  std::vector<Shared> active_;
  std::int64_t terminating_ = 0;
  std::int64_t created_ = 0;
  std::int64_t succeeded_ = 0;
  std::int64_t failed_ = 0;
  Duration again_ = {};
};

class JobController final : public Controller {
 public:
  explicit JobController(Registry& registry)
      : registry_(registry),
        queue_(registry.timeline(), kDelay, [this](const Key& key) { reconcile(key); }) {}

  void on_change(const Change& change) override {
    if (change.key.bucket == "jobs.batch") {
      queue_.add(change.key);
    } else if (change.key.bucket == "pods") {
      for (const Key& key : concerned_owners(registry_, kind(), change)) {
        queue_.add(key);
      }
    }
  }

 private:
  [[nodiscard]] const Kind& kind() const { return kind_for(registry_, "batch/v1", "Job"); }

  void reconcile(const Key& key) {
    const Answer<Shared> found = registry_.get(kind(), key.ns, key.name);
    if (!found) {
      back_offs_.erase(key);
      release_pods(key);
      return;
    }
    const Shared& job = *found;
    if (job_has(*job, "Complete") || job_has(*job, "Failed")) {
      release_pods(key);
      remove_expired(key, *job);
      return;
    }
    if (!text_at(*job, {"spec", "managedBy"}, "kubernetes.io/job-controller")
             .starts_with("kubernetes.io/job-controller")) {
      return;
    }
    const Duration again = JobPass(registry_, *job, back_offs_[key]).run();
    if (again > Duration::zero()) {
      queue_.add_after(key, again);
    }
  }

  // Pods of a job that is gone or over must not be held.
  void release_pods(const Key& key) {
    for (const Shared& pod : registry_.list(kind_for(registry_, "v1", "Pod"), key.ns)) {
      const Value* owner = controller_of(*pod);
      if (owner != nullptr && text_at(*owner, {"kind"}) == "Job" &&
          text_at(*owner, {"name"}) == key.name && is_tracked(*pod)) {
        untrack(registry_, *pod);
      }
    }
  }

  void remove_expired(const Key& key, const Value& job) {
    const Value* ttl = find(job, {"spec", "ttlSecondsAfterFinished"});
    if (ttl == nullptr || is_terminating(job)) {
      return;
    }
    const Value& end = *status_condition(job, job_has(job, "Complete") ? "Complete" : "Failed");
    const auto since = base::parse_rfc3339(text_at(end, {"lastTransitionTime"}));
    if (!since) {
      return;
    }
    const Duration left =
        *since + std::chrono::seconds(number_at(job, {"spec", "ttlSecondsAfterFinished"})) -
        registry_.timeline().wall();
    if (left > Duration::zero()) {
      queue_.add_after(key, left);
      return;
    }
    const Value options = {{"apiVersion", "v1"},
                           {"kind", "DeleteOptions"},
                           {"propagationPolicy", "Foreground"},
                           {"preconditions", {{"uid", uid_of(job)}}}};
    static_cast<void>(
        registry_.remove(kind(), key.ns, key.name, options, as_controller(kControllerManager)));
  }

  Registry& registry_;
  WorkQueue queue_;
  std::map<Key, BackOff> back_offs_;
};

}  // namespace

std::unique_ptr<Controller> job_controller(Registry& registry) {
  return std::make_unique<JobController>(registry);
}

}  // namespace cfkops::sandbox
