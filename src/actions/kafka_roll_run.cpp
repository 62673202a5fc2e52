// The steps and the properties kept are told in kafka_roll.cpp.
#include "kafka_roll.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;
using engine::Outcome;

constexpr Duration kGatePoll = 500ms;
constexpr Duration kNamesEvery = 2s;
constexpr Duration kAfterRefusal = 1s;
constexpr Duration kLongestPause = 30s;  // whatever the server asks for
constexpr Duration kLookLasts = 5s;      // an eviction leaves on readings that are no older
constexpr std::size_t kReasons = 5;

std::string role_and_pod(const RollEntry& entry) {
  return fmt::format("{} {}", kafka::to_string(entry.role), entry.pod);
}

/// The words of a disruption budget, where it was one that refused.
std::string words_of(const Error& error) {
  for (const ErrorCause& cause : error.causes) {
    if (cause.reason == "DisruptionBudget" && !cause.message.empty()) {
      return cause.message;
    }
  }
  return error.message;
}

}  // namespace

Roll::Roll(const engine::Context& context, kube::Client& client, const RollRequest& request)
    : context_(context),
      client_(client),
      request_(request),
      patience_(client.loop().clock()),
      eviction_patience_(client.loop().clock()),
      gate_(client, request.cluster, request.waived_topics, patience_),
      mark_(context, client, request.cluster) {}

Outcome Roll::run() {
  const Result<RollMembers> members = read_members(client_, request_.cluster);
  if (!members) {
    return outcome_of(members.error());
  }
  if (std::optional<Outcome> end = begin(*members)) {
    return *std::move(end);
  }
  if (std::optional<Outcome> end = wait_for_evicted(*members)) {
    return finish(*std::move(end));
  }
  while (!rest_.empty()) {
    if (client_.loop().stop_due()) {
      return finish(stop(client_.loop().cancelled()));
    }
    if (std::optional<Outcome> end = restart_next()) {
      return finish(*std::move(end));
    }
  }
  return finish(Outcome::done());
}

/// What is to be restarted, and in which order.
std::optional<Outcome> Roll::begin(const RollMembers& members) {
  const kafka::ClusterGauges gauges = read_gauges(client_, request_.cluster);
  RollOrder order = request_.moves ? move_order(request_.cluster, members, gauges, *request_.moves)
                                   : roll_order(request_.cluster, members, gauges, request_.roles);
  follow_mark(members, order);
  leave_out(request_.evicted, order);
  if (!request_.evicted.empty()) {
    order.doubts.clear();  // asked again, with patience, before each
    if (!order.entries.empty() && !view_.lost.empty()) {
      return Outcome::refused(view_.lost);
    }
  }
  if (!order.fatal.empty()) {
    return Outcome::refused(base::join(order.fatal, "; "));
  }
  if (!order.doubts.empty()) {
    return Outcome::unknown(base::join(order.doubts, "; "));
  }
  rest_ = std::move(order.entries);
  planned_ = rest_.size() + request_.evicted.size();
  return std::nullopt;
}

/// Those that an earlier process evicted were all seen back but the last one.
std::optional<Outcome> Roll::wait_for_evicted(const RollMembers& members) {
  const KafkaCluster& cluster = request_.cluster;
  for (std::size_t i = 0; i < request_.evicted.size(); ++i) {
    const EvictedPod& gone = request_.evicted[i];
    const bool controls =
        std::ranges::find(cluster.controller_pods, gone.pod) != cluster.controller_pods.end();
    RollEntry entry{.role = controls ? kafka::Role::Controller : kafka::Role::Broker,
                    .pod = gone.pod,
                    .stuck = false,
                    .reason = "evicted before the run was resumed"};
    evicted_ = true;
    if (i + 1 < request_.evicted.size()) {
      const kafka::Member* member = members.find(gone.pod);
      done_.push_back({entry, gone.uid, member == nullptr ? "" : member->uid, {}});
      continue;
    }
    const kube::Loop::SafeStretch stretch(client_.loop());
    context_.progress(fmt::format(
        "{} was evicted before (uid {}): wait until it is back", role_and_pod(entry), gone.uid));
    const bool others_down =
        std::any_of(rest_.begin(), rest_.end(), [](const RollEntry& one) { return one.stuck; });
    rest_.insert(rest_.begin(), entry);
    return await({.entry = std::move(entry),
                  .uid = gone.uid,
                  .since = now(),
                  .revision = controls ? cluster.controller_revision : cluster.broker_revision,
                  .others_down = others_down},
                 std::nullopt);
  }
  return std::nullopt;
}

std::optional<Outcome> Roll::restart_next() {
  gate_since_ = now();
  refusal_.clear();
  for (;;) {
    const RollEntry entry = rest_.front();
    std::variant<GateLook, Outcome> gate = wait_for_gate(entry);
    if (auto* outcome = std::get_if<Outcome>(&gate)) {
      return std::move(*outcome);
    }
    const GateLook& look = std::get<GateLook>(gate);
    if (has_moved(entry, look)) {
      return std::nullopt;
    }
    if (defer(look)) {
      continue;
    }
    if (const Status ready = may_begin(); !ready) {
      if (std::optional<Outcome> end = refuse_or_wait(entry, ready.error())) {
        return end;
      }
      continue;
    }
    Eviction eviction;
    {
      // From here until it is back there is no safe point.
      const kube::Loop::SafeStretch stretch(client_.loop());
      eviction = evict(entry, look);
      if (eviction.effect == Eviction::Effect::Gone) {
        return wait_back(entry, look, eviction.error);
      }
    }
    if (eviction.effect == Eviction::Effect::Unknown) {
      doubted_ = true;
      return doubt(entry, look.uid, *eviction.error);
    }
    if (std::optional<Outcome> end = refuse_or_wait(entry, *eviction.error)) {
      return end;
    }
  }
}

Outcome Roll::doubt(const RollEntry& entry, const std::string& uid, const Error& error) const {
  Outcome outcome = Outcome::unknown(
      fmt::format("it is not known whether pod {} was evicted: {}", entry.pod, error.text()));
  if (error.code == ErrorCode::Cancelled) {
    outcome = stop(error);
  }
  outcome.left.push_back(fmt::format(
      "pod {} (uid {}) may have been evicted: look at it before anything else", entry.pod, uid));
  return outcome;
}

std::variant<GateLook, Outcome> Roll::wait_for_gate(const RollEntry& entry) {
  for (;;) {
    GateLook look = gate_.look(entry);
    if (look.verdict.yes() && now() > look.since + kLookLasts) {
      look.verdict = {.answer = kafka::GateVerdict::Answer::Unknown,
                      .reasons = {fmt::format("looking took {}: the readings are too old to act on",
                                              base::human_duration(now() - look.since))}};
    }
    if (std::optional<Outcome> end = judge_gate(entry, look)) {
      return *std::move(end);
    }
    if (look.verdict.yes() && !look.uid.empty()) {
      return look;
    }
    tell_gate(entry, look);
    const std::int64_t processes =
        std::ssize(request_.cluster.broker_pods) + std::ssize(request_.cluster.controller_pods);
    const Duration pause = std::min(until_next_look(now() - gate_since_, kGatePoll, processes),
                                    std::max<Duration>(context_.deadline - now(), kGatePoll));
    if (const Status paused = client_.loop().pause(pause); !paused) {
      return stop(paused.error());
    }
  }
}

/// Whether the wait for the gate is over without it being open.
std::optional<Outcome> Roll::judge_gate(const RollEntry& entry, const GateLook& look) {
  if (look.error) {
    return look.error->code == ErrorCode::Cancelled ? stop(*look.error)
                                                    : Outcome::from(*look.error);
  }
  if (look.verdict.yes()) {
    return std::nullopt;
  }
  const std::string why = fmt::format("{} may not be {}: {}",
                                      role_and_pod(entry),
                                      done_word(),
                                      reasons_text(look.verdict, kReasons));
  if (look.in_doubt) {
    return Outcome::unknown(why);  // the cluster was read when the step began, and is not again
  }
  if (!look.verdict.waiver.empty()) {
    return Outcome::refused(why, look.verdict.permit());  // waiting does not change this
  }
  if (now() < context_.deadline) {
    return std::nullopt;
  }
  return look.verdict.answer == kafka::GateVerdict::Answer::No ? Outcome::refused(why)
                                                               : Outcome::unknown(why);
}

void Roll::tell_gate(const RollEntry& entry, const GateLook& look) {
  if (last_names_ == MonoTime::min() || now() - last_names_ >= kNamesEvery) {
    last_names_ = now();
    names_ = missing_partitions(client_, request_.cluster);
  }
  engine::WaitState state;
  state.what = fmt::format("the moment when {} may be {}", role_and_pod(entry), done_word());
  state.why = reasons_text(look.verdict);
  state.details = look.verdict.reasons;
  state.details.insert(state.details.end(), names_.begin(), names_.end());
  state.elapsed = now() - gate_since_;
  context_.waiting(state);
}

/// Puts another one of its kind first where the next one has become the active controller.
bool Roll::defer(const GateLook& look) {
  const std::size_t next = next_in_order(rest_, look.active_controller);
  if (next == 0) {
    return false;
  }
  context_.progress(fmt::format(
      "{} is the active controller now: {} goes first", rest_.front().pod, rest_[next].pod));
  std::rotate(rest_.begin(),
              rest_.begin() + static_cast<std::ptrdiff_t>(next),
              rest_.begin() + static_cast<std::ptrdiff_t>(next) + 1);
  return true;
}

Roll::Eviction Roll::evict(const RollEntry& entry, const GateLook& look) {
  context_.progress(fmt::format("{} {} ({} of {}): {}",
                                request_.moves ? "move" : "restart",
                                role_and_pod(entry),
                                done_.size() + 1,
                                planned_,
                                entry.reason));
  const Status evicted = client_.evict(
      request_.cluster.target.ns, entry.pod, {.uid = look.uid}, look.since + kLookLasts);
  if (evicted) {
    return {.effect = Eviction::Effect::Gone};
  }
  return look_back(entry, look.uid, evicted.error());
}

/// Whatever the answer was: the pod itself tells whether it is on its way out.
Roll::Eviction Roll::look_back(const RollEntry& entry, const std::string& uid, const Error& error) {
  const std::vector<kube::ReadRequest> requests = {
      kube::ReadRequest::object(kube::resources::pods(), request_.cluster.target.ns, entry.pod)};
  const MonoTime since = now();
  for (;;) {
    const Result<std::string> body = client_.batch(requests, kPollTimeout).front();
    if (client_.loop().stop_due()) {
      return {.effect = Eviction::Effect::Unknown, .error = client_.loop().cancelled()};
    }
    if (body) {
      patience_.answered();
      if (const Result<kube::Object> pod = kube::Object::parse(*body)) {
        const bool gone = pod->uid() != uid || pod->deleting();
        return {.effect = gone ? Eviction::Effect::Gone : Eviction::Effect::None, .error = error};
      }
    } else if (body.error().code == ErrorCode::NotFound) {
      return {.effect = Eviction::Effect::Gone, .error = error};
    } else if (!patience_.may_heal(body.error())) {
      return {.effect = Eviction::Effect::Unknown, .error = body.error()};
    }
    if (now() >= context_.deadline) {
      return {.effect = Eviction::Effect::Unknown, .error = error};
    }
    engine::WaitState state;
    state.what = "word on whether pod " + entry.pod + " was evicted";
    state.why = error.text();
    state.elapsed = now() - since;
    context_.waiting(state);
    if (const Status paused = client_.loop().pause(kGatePoll); !paused) {
      return {.effect = Eviction::Effect::Unknown, .error = paused.error()};
    }
  }
}

/// After an eviction that did not happen: back to the gate, unless it never will.
std::optional<Outcome> Roll::refuse_or_wait(const RollEntry& entry, const Error& error) {
  const std::string why = fmt::format("pod {} was not evicted: {}", entry.pod, words_of(error));
  const bool two_budgets =
      error.code == ErrorCode::ServerError &&
      error.message.find("more than one PodDisruptionBudget") != std::string::npos;
  const bool heals = eviction_patience_.may_heal(error) || error.code == ErrorCode::NotFound;
  if (two_budgets) {
    return Outcome::refused(why);
  }
  if (!heals) {
    return error.code == ErrorCode::Cancelled ? stop(error) : Outcome::from(error);
  }
  if (now() >= context_.deadline) {
    return Outcome::refused(why);
  }
  if (why != refusal_) {
    refusal_ = why;
    context_.progress(why);
  }
  engine::WaitState state;
  state.what = "the server's leave to evict pod " + entry.pod;
  state.why = words_of(error);
  state.elapsed = now() - gate_since_;
  context_.waiting(state);
  const Duration asked = error.retry_after.value_or(0s);
  const Duration pause = std::min(std::clamp<Duration>(asked, kAfterRefusal, kLongestPause),
                                  context_.deadline - now());
  if (const Status paused = client_.loop().pause(pause); !paused) {
    return stop(paused.error());
  }
  return std::nullopt;
}

std::optional<Outcome> Roll::wait_back(const RollEntry& entry,
                                       const GateLook& look,
                                       const std::optional<Error>& error) {
  context_.progress(fmt::format("pod {} evicted (uid {})", entry.pod, look.uid));
  eviction_patience_.answered();
  evicted_ = true;
  const bool others_down =
      std::any_of(rest_.begin() + 1, rest_.end(), [](const RollEntry& one) { return one.stuck; });
  return await({.entry = entry,
                .uid = look.uid,
                .start_time_ms = look.start_time_ms,
                .hosted = look.hosted,
                .since = now(),
                .revision = look.revision,
                .others_down = others_down},
               error);
}

/// Of the first of the rest.
std::optional<Outcome> Roll::await(Departed departed, const std::optional<Error>& error) {
  const RollEntry entry = departed.entry;
  const std::string old_uid = departed.uid;
  const MonoTime since = departed.since;
  ReturnWatch watch(
      context_, client_, request_.cluster, request_.wait, std::move(departed), patience_);
  const Result<std::string> uid = watch.wait();
  if (!uid) {
    return lost(entry, uid.error(), watch);
  }
  done_.push_back({entry, old_uid, *uid, now() - since});
  rest_.erase(rest_.begin());
  context_.progress(fmt::format("{} is back after {} (uid {})",
                                role_and_pod(entry),
                                base::human_duration(done_.back().took),
                                *uid));
  if (std::optional<Outcome> wrong = look_where(entry)) {
    return wrong;
  }
  // The eviction happened but could not be recorded, say: what was begun is whole again, so stop.
  if (error && !may_heal(*error) && error->code != ErrorCode::NotFound) {
    return Outcome::from(*error);
  }
  return std::nullopt;
}

/// It was taken down and is not back.
Outcome Roll::lost(const RollEntry& entry, const Error& error, ReturnWatch& watch) {
  rest_.erase(rest_.begin());
  Outcome outcome;
  outcome.error = error;
  outcome.why = error.message;
  if (error.code == ErrorCode::Cancelled) {
    outcome.kind = Outcome::Kind::Stopped;
    outcome.left.push_back(
        fmt::format("pod {} was evicted and has not been seen back in sync", entry.pod));
    return outcome;
  }
  outcome.kind = Outcome::Kind::Failed;
  outcome.left.push_back(fmt::format("{} is down: {}", role_and_pod(entry), error.message));
  for (const std::string& line : watch.log_tail()) {
    context_.progress(fmt::format("{} | {}", entry.pod, line));
  }
  outcome.error = Error(error).with_hint(
      fmt::format("kubectl -n {} describe pod {}", request_.cluster.target.ns, entry.pod));
  return outcome;
}

Outcome Roll::stop(const Error& error) const {
  Outcome outcome;
  outcome.kind = Outcome::Kind::Stopped;
  outcome.why = error.message;
  outcome.error = error;
  return outcome;
}

std::string Roll::untouched() const {
  std::vector<std::string> pods;
  for (const RollEntry& entry : rest_) {
    pods.push_back(entry.pod);
  }
  return base::enumerate(pods, 20);
}

Outcome Roll::finish(Outcome outcome) {
  outcome.outputs = outputs();
  if (evicted_) {
    outcome.fail_refused();
  }
  if (outcome.kind != Outcome::Kind::Done && !rest_.empty()) {
    outcome.left.push_back(fmt::format(
        "{} of {} {}; not touched: {}", done_.size(), planned_, done_word(), untouched()));
  }
  end_mark(outcome);
  return outcome;
}

runbook::ValueMap Roll::outputs() const {
  runbook::ValueList pods;
  for (const Done& done : done_) {
    pods.emplace_back(runbook::ValueMap{{"pod", done.entry.pod},
                                        {"role", kafka::to_string(done.entry.role)},
                                        {"old_uid", done.old_uid},
                                        {"new_uid", done.new_uid},
                                        {"took", done.took}});
  }
  runbook::ValueList left_out(view_.left_out.begin(), view_.left_out.end());
  return {{"planned", static_cast<std::int64_t>(planned_)},
          {"restarted", static_cast<std::int64_t>(done_.size())},
          {"left_out", std::move(left_out)},
          {"pods", std::move(pods)}};
}

}  // namespace cfkops::actions
