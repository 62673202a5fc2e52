// Waiting for a process to be back. Each look goes as far as the process has come, cheapest
// question first:
//
//   1. its pod: gone, new, of another revision than it should be, Pending, stuck;
//   2. the process: its own gauges, and its log where it is slow to start;
//   3. the cluster: the gauges of all;
//   4. the partitions: read once to confirm, and every 2 s while any is missing, for the person who
//      waits.
//
// It looks every 250 ms, more rarely where many processes are asked and where nothing moves.
//
// Property kept: "back" is said only on readings in which the process runs, the cluster says that
// replication is full, and the leader of every partition that it hosted says that all are in sync.
#include "kafka_return.hpp"

#include "kafka_set.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kafka/jolokia.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPoll = 250ms;
constexpr Duration kSettlePoll = 1s;
constexpr Duration kDetailEvery = 2s;
constexpr Duration kFirstDetail = 1s;  // with little data all is in sync before
constexpr Duration kReportEvery = 500ms;
constexpr std::size_t kDetailLines = 5;
constexpr int kLogLines = 20;
constexpr std::int64_t kRestartsThatAreEnough = 2;

/// "1,234,567"
std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

std::int64_t restarts(const kube::Object& pod) {
  std::int64_t most = 0;
  for (const Json& state : pod.json().items("/status/containerStatuses")) {
    most = std::max(most, state.int_or("/restartCount", 0));
  }
  return most;
}

bool any_container_runs(const kube::Object& pod) {
  const std::vector<Json> states = pod.json().items("/status/containerStatuses");
  return std::any_of(
      states.begin(), states.end(), [](const Json& state) { return state.has("/state/running"); });
}

/// What must happen to a pod before its containers start.
std::int64_t steps_to_containers(const kube::Object& pod) {
  std::int64_t steps = kube::condition(pod, "PodScheduled") == "True" ? 0 : 1;
  steps += std::ssize(pod.json().items("/spec/initContainers"));
  for (const Json& state : pod.json().items("/status/initContainerStatuses")) {
    const bool done = state.int_or("/state/terminated/exitCode", -1) == 0;
    steps -= done || state.bool_or("/started", false) ? 1 : 0;
  }
  return steps;
}

std::string finalizers(const kube::Object& pod) {
  std::vector<std::string> names;
  for (const Json& finalizer : pod.json().items("/metadata/finalizers")) {
    names.push_back(finalizer.string_or("", ""));
  }
  return names.empty() ? "" : ", finalizers: " + base::join(names, ", ");
}

}  // namespace

ReturnWatch::ReturnWatch(const engine::Context& context,
                         kube::Reader& reader,
                         const KafkaCluster& cluster,
                         const ReturnOptions& options,
                         Departed departed,
                         Patience& patience)
    : context_(context),
      reader_(reader),
      cluster_(cluster),
      options_(options),
      departed_(std::move(departed)),
      patience_(patience),
      last_progress_(reader.loop().clock().now()),
      last_look_(last_progress_) {}

Result<std::string> ReturnWatch::wait() {
  for (;;) {
    const Look found = look();
    if (reader_.loop().stop_due()) {
      return reader_.loop().cancelled();
    }
    if (found.failure) {
      return *found.failure;
    }
    account(found);
    if (found.back && now() - *well_since_ >= options_.settle) {
      return new_uid_;
    }
    if (const std::optional<Error> late = overdue(found)) {
      return *late;
    }
    report(found);
    const Duration left = found.back ? options_.settle - (now() - *well_since_) : kPoll;
    CFKOPS_TRY(
        reader_.loop().pause(found.back ? std::min(kSettlePoll, left) : until_next_look(found)));
  }
}

Duration ReturnWatch::until_next_look(const Look& look) const {
  const std::int64_t processes =
      std::ssize(cluster_.broker_pods) + std::ssize(cluster_.controller_pods);
  const std::int64_t asked = look.stage == Stage::CatchesUp ? processes : 1;
  return actions::until_next_look(now() - last_progress_, kPoll, asked);
}

void ReturnWatch::account(const Look& look) {
  const MonoTime time = now();
  if (!look.known) {
    last_progress_ += time - last_look_;  // what we could not see does not count as standing still
  } else if (look.back) {
    last_progress_ = time;
    least_left_.clear();  // what falls out of sync from now on is another matter
    estimate_ = {};
  } else if (advanced(look)) {
    last_progress_ = time;
  }
  last_look_ = time;
  if (!look.back) {
    well_since_.reset();
  } else if (!well_since_) {
    well_since_ = time;
  }
}

/// Texts and counts that only change are no progress: they may go to and fro for ever.
bool ReturnWatch::advanced(const Look& look) {
  bool moved = look.stage > best_;
  best_ = std::max(best_, look.stage);
  if (look.left) {
    const auto [least, first] = least_left_.emplace(look.stage, *look.left);
    moved = moved || (!first && *look.left < least->second);
    least->second = std::min(least->second, *look.left);
  }
  return moved || estimate_.last_progress().value_or(MonoTime::min()) > last_progress_;
}

std::optional<Error> ReturnWatch::overdue(const Look& look) const {
  if (look.back) {
    return std::nullopt;
  }
  if (look.known && now() - last_progress_ > options_.ready_timeout) {
    return make_error(ErrorCode::Timeout,
                      fmt::format("pod {} did not come back: nothing moved for {}: {}",
                                  departed_.entry.pod,
                                  base::human_duration(options_.ready_timeout),
                                  look.why));
  }
  if (now() > context_.deadline) {
    return make_error(
        ErrorCode::Timeout,
        fmt::format(
            "the step's time is up while pod {} is not back: {}", departed_.entry.pod, look.why));
  }
  return std::nullopt;
}

void ReturnWatch::report(const Look& look) {
  if (!due(last_report_, kReportEvery)) {
    return;
  }
  const bool broker = departed_.entry.role == kafka::Role::Broker;
  engine::WaitState state;
  state.what = fmt::format("{} {} to be {}",
                           kafka::to_string(departed_.entry.role),
                           departed_.entry.pod,
                           broker ? "in sync again" : "back in the quorum");
  state.why = look.why;
  state.details = look.details;
  state.elapsed = now() - departed_.since;
  if (look.back) {
    state.why = "all is well; settling";
    state.estimate = options_.settle - (now() - *well_since_);
  } else {
    state.estimate = estimate_.remaining(now());
  }
  context_.waiting(state);
}

bool ReturnWatch::due(MonoTime& last, Duration every) const {
  if (last != MonoTime::min() && now() - last < every) {
    return false;
  }
  last = now();
  return true;
}

ReturnWatch::Look ReturnWatch::look() {
  const std::string& pod = departed_.entry.pod;
  const std::vector<kube::ReadRequest> requests = {
      kube::ReadRequest::object(kube::resources::pods(), cluster_.target.ns, pod)};
  const Result<std::string> body = reader_.batch(requests, kPollTimeout).front();
  if (!body) {
    if (body.error().code == ErrorCode::NotFound) {
      return {.why = "the StatefulSet has not made the pod again yet", .stage = Stage::Missing};
    }
    if (body.error().code == ErrorCode::Cancelled || patience_.may_heal(body.error())) {
      return {.known = false, .why = "the API server cannot be asked: " + body.error().message};
    }
    return {.failure = body.error()};
  }
  patience_.answered();
  if (seen_ == std::nullopt || *body != seen_text_) {
    Result<kube::Object> object = kube::Object::parse(*body);
    if (!object) {
      return {.known = false, .why = object.error().message};
    }
    seen_text_ = *body;
    seen_ = *std::move(object);
  }
  const std::optional<kube::Object>& object = seen_;
  if (object->uid() == departed_.uid) {
    return {.why = "it shuts down" + finalizers(*object)};
  }
  return look_at_process(*object);
}

ReturnWatch::Look ReturnWatch::look_at_process(const kube::Object& pod) {
  if (new_uid_ != pod.uid()) {
    new_uid_ = pod.uid();
    container_ = main_container(pod, departed_.entry.role);
  }
  if (const std::string why = stuck(pod); !why.empty()) {
    return {.why = why,
            .failure = make_error(ErrorCode::Invalid,
                                  fmt::format("pod {} does not come back: {}", pod.name(), why))};
  }
  if (pod.deleting()) {
    return {.why = "the new pod is being deleted again", .stage = Stage::Missing};
  }
  if (!has_its_revision(pod)) {
    return {.why = fmt::format("it was made again of revision {}, but is to have {}",
                               pod.label("controller-revision-hash").value_or("?"),
                               departed_.revision),
            .stage = Stage::Made};
  }
  if (!any_container_runs(pod)) {
    return {.why = "pod " + kube::pod_trouble(pod),
            .stage = Stage::Made,
            .left = steps_to_containers(pod)};
  }
  return departed_.entry.role == kafka::Role::Broker ? look_at_broker(pod)
                                                     : look_at_controller(pod);
}

ReturnWatch::Look ReturnWatch::look_at_broker(const kube::Object& pod) {
  const kafka::ClusterGauges gauges =
      kafka::read_gauges(reader_, cluster_.target.ns, {pod.name()}, {}, kPollTimeout);
  const kafka::BrokerGauges& broker = gauges.brokers.front();
  if (!broker.answered() || !broker.state) {
    return starting("the process starts", Stage::Runs);
  }
  if (*broker.state == 2) {
    const auto logs = kafka::logs_to_recover(reader_, cluster_.target.ns, pod.name(), kPollTimeout);
    return starting(logs ? fmt::format("it recovers its logs, {} to go", *logs)
                         : std::string("it recovers its logs"),
                    Stage::Recovers,
                    logs);
  }
  if (*broker.state != kafka::kRunning) {
    return starting(fmt::format("the broker starts (BrokerState {})", *broker.state),
                    Stage::Answers);
  }
  if (broker.start_time_ms && broker.start_time_ms == departed_.start_time_ms) {
    return {.why = "the old process still answers", .stage = Stage::Runs};
  }
  if (!kube::pod_ready(pod)) {
    return starting("the broker runs, but its pod is not Ready", Stage::Serves);
  }
  return look_at_cluster();
}

ReturnWatch::Look ReturnWatch::look_at_controller(const kube::Object& pod) {
  if (!kube::pod_ready(pod)) {
    return starting("the controller starts", Stage::Runs);
  }
  return look_at_cluster();
}

ReturnWatch::Look ReturnWatch::starting(const std::string& why,
                                        Stage stage,
                                        std::optional<std::int64_t> left) {
  const std::string hint = log_hint();
  return {
      .why = hint.empty() ? why : fmt::format("{}: {}", why, hint), .stage = stage, .left = left};
}

/// Whether the new pod is of the revision that its StatefulSet gives it: the one seen before the
/// eviction, or the one of now, where the set was changed in between.
bool ReturnWatch::has_its_revision(const kube::Object& pod) {
  const std::string revision = pod.label("controller-revision-hash").value_or("");
  if (departed_.revision.empty() || revision.empty() || revision == departed_.revision) {
    return true;
  }
  const SetLook sets = look_at_sets(reader_, cluster_, pod.name(), patience_);
  if (!sets.revision.empty()) {
    departed_.revision = sets.revision;
  }
  return revision == departed_.revision;
}

ReturnWatch::Look ReturnWatch::look_at_cluster() {
  if (departed_.others_down) {
    return {.back = true};  // the next gate asks whether they are, and for all else
  }
  const kafka::ClusterGauges gauges = read_gauges(reader_, cluster_);
  kafka::GateVerdict verdict = replication_is_full(cluster_, gauges);
  if (verdict.yes() && !gauges.controllers.empty()) {
    verdict = kafka::quorum_is_whole(gauges);
  }
  if (departed_.entry.role == kafka::Role::Broker) {
    return look_at_partitions(verdict);
  }
  if (verdict.yes()) {
    return {.back = true};
  }
  const std::string why = verdict.reasons.empty() ? verdict.summary : verdict.reasons.front();
  return {.why = why, .details = verdict.reasons, .stage = Stage::CatchesUp};
}

ReturnWatch::Look ReturnWatch::look_at_partitions(const kafka::GateVerdict& replication) {
  if (last_detail_ == MonoTime::min()) {
    last_detail_ = now() - kDetailEvery + kFirstDetail;
    lag_.why = replication.reasons.empty() ? replication.summary : replication.reasons.front();
    lag_.stage = Stage::CatchesUp;
  }
  if (!replication.yes() && !due(last_detail_, kDetailEvery)) {
    return lag_;
  }
  const kafka::PartitionTable table =
      kafka::read_partitions(reader_,
                             cluster_.target.ns,
                             cluster_.broker_pods,
                             replication.yes() ? kafka::Detail::Sync : kafka::Detail::Offsets,
                             kPollTimeout);
  const kafka::CatchUp lag = kafka::catch_up(table, departed_.entry.pod, departed_.hosted);
  if (replication.yes() && lag.complete()) {
    return {.back = true};
  }
  Look found = describe_lag(lag);
  if (lag.complete() || !lag.known) {
    found.why =
        replication.reasons.empty() ? "not all leaders answer" : replication.reasons.front();
    found.details = replication.reasons;
  }
  lag_ = found;
  return found;
}

ReturnWatch::Look ReturnWatch::describe_lag(const kafka::CatchUp& lag) {
  if (lag.records) {
    estimate_.add(now(), *lag.records);
  }
  Look found{.why = fmt::format(
                 "{} of {} partitions are not in sync yet", lag.missing.size(), lag.expected),
             .stage = Stage::CatchesUp};
  if (lag.known) {
    found.left = std::ssize(lag.missing);
  }
  if (lag.records) {
    found.why += fmt::format(", {} records behind", grouped(*lag.records));
  }
  for (std::size_t i = 0; i < std::min(kDetailLines, lag.missing.size()); ++i) {
    const kafka::CatchUp::Lag& one = lag.missing[i];
    found.details.push_back(fmt::format(
        "{}: {}{}",
        one.partition.text(),
        one.records ? grouped(*one.records) + " records behind" : std::string("not in sync"),
        one.leader.empty() ? ", no leader known" : " its leader on " + one.leader));
  }
  if (lag.missing.size() > kDetailLines) {
    found.details.push_back(fmt::format("and {} more", lag.missing.size() - kDetailLines));
  }
  return found;
}

/// Why the new pod will not heal, or "". A crash counts once it has repeated.
std::string ReturnWatch::stuck(const kube::Object& pod) const {
  const std::string why = kube::pod_stuck(pod);
  const std::int64_t count = restarts(pod);
  if (!why.empty() && (!why.starts_with("CrashLoopBackOff") || count >= kRestartsThatAreEnough)) {
    return count > 0 ? fmt::format("{} ({} restarts)", why, count) : why;
  }
  if (count >= kRestartsThatAreEnough && !kube::pod_ready(pod)) {
    return fmt::format("its container ended {} times: {}", count, kube::pod_trouble(pod));
  }
  return "";
}

std::vector<std::string> ReturnWatch::read_log(bool previous, int lines) {
  if (logs_denied_) {
    return {};
  }
  const std::string& pod = departed_.entry.pod;
  std::string target = fmt::format("{}?container={}&tailLines={}",
                                   kube::resources::pods().path(cluster_.target.ns, pod, "log"),
                                   base::url_encode(container_),
                                   lines);
  if (previous) {
    target += "&previous=true";
  }
  const std::vector<kube::ReadRequest> requests = {{target, "read the log of pod " + pod}};
  const Result<std::string> log = reader_.batch(requests, kPollTimeout).front();
  if (!log) {
    logs_denied_ = log.error().code == ErrorCode::Forbidden;
    return {};
  }
  std::vector<std::string> found;
  for (const std::string& line : base::split(*log, '\n')) {
    if (!base::trim(line).empty()) {
      found.push_back(base::printable(line));
    }
  }
  return found;
}

std::vector<std::string> ReturnWatch::log_tail() {
  std::vector<std::string> lines = read_log(true, kLogLines);
  for (std::string& line : read_log(false, kLogLines)) {
    lines.push_back(std::move(line));
  }
  return lines;
}

/// What the log says about a slow start, read at most every two seconds.
std::string ReturnWatch::log_hint() {
  if (!due(last_log_, kDetailEvery)) {
    return log_hint_;
  }
  log_hint_.clear();
  for (const std::string& line : read_log(false, kLogLines)) {
    if (line.find("DUPLICATE_BROKER_REGISTRATION") != std::string::npos) {
      log_hint_ = "the broker's old session has not ended (DUPLICATE_BROKER_REGISTRATION)";
    }
  }
  return log_hint_;
}

}  // namespace cfkops::actions
