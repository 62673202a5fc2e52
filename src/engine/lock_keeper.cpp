// How a lock is taken, kept and given back.
//
// 1. A Lease that is not there is created; one that nobody holds, or that an earlier process of
//    this run left behind, is taken by a patch; both fail where somebody was quicker.
// 2. Of somebody else's, any change of the record proves that its holder lives: the run is refused.
//    Without a change for as long as it holds the holder is gone, or has stopped by its own clock.
// 3. Each patch has uid and resourceVersion as its precondition, so that of two only one succeeds,
//    and each taking counts `leaseTransitions` up: the token by which an old holder is told.
// 4. A renewal counts from when it was sent. What is not renewed in time is given up for good, even
//    where nobody has taken it yet.
#include "cfkops/engine/lock_keeper.hpp"

#include "actor.hpp"
#include "lock_lease.hpp"
#include "lock_watch.hpp"

#include "cfkops/base/process_identity.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace cfkops::engine {
namespace {

/// How long before its end a lock is given up, and how long a request about it may take, as parts
/// of how long it holds.
constexpr int kMargins = 6;
constexpr Duration kLongestRequest = std::chrono::seconds(10);

/// How often a request that may heal is repeated while a lock is being taken, and after how long.
constexpr int kTries = 5;
constexpr Duration kTryEvery = std::chrono::seconds(1);

kube::ReaderOptions options_of(const LockSettings& settings) {
  kube::ReaderOptions options;
  options.request_timeout = std::min(kLongestRequest, settings.lease / kMargins);
  // A renewal that waits for its repeat could be late; the next tick is its repeat.
  options.retry.max_retries = 0;
  return options;
}

bool may_heal(const Error& error) {
  constexpr std::array kHealing = {ErrorCode::TooManyRequests,
                                   ErrorCode::ServerError,
                                   ErrorCode::Unreachable,
                                   ErrorCode::ConnectionLost,
                                   ErrorCode::Timeout,
                                   ErrorCode::Protocol,
                                   ErrorCode::Gone};
  return std::find(kHealing.begin(), kHealing.end(), error.code) != kHealing.end();
}

/// Somebody was quicker.
bool is_overtaken(const Error& error) {
  return error.code == ErrorCode::Conflict || error.code == ErrorCode::AlreadyExists;
}

Error lost_error(const LockTarget& target, const std::string& why) {
  Error error =
      make_error(ErrorCode::Refused,
                 base::printable("the lock on " + target.text + " is lost: " + why),
                 "look at what another run may be doing there with: cfkops locks -n " + target.ns);
  error.reason = kLockLost;
  return error;
}

Error not_taken(Error error, const LockTarget& target) {
  if (error.code == ErrorCode::Forbidden) {
    error.hint = "a run needs get, create and patch on leases.coordination.k8s.io in namespace " +
                 target.ns + "; see docs/locks.md";
  }
  return std::move(error).in("take the lock on " + target.text);
}

}  // namespace

LockKeeper::LockKeeper(const RunRequest& request,
                       kube::Loop& loop,
                       Journal& journal,
                       Observer& observer)
    : request_(request),
      loop_(loop),
      journal_(journal),
      observer_(observer),
      client_(loop, options_of(request.locks), journal),
      holder_{.identity = request.run_id + " " + os_user() + "@" + host_name(),
              .run = request.run_id,
              .runbook = request.runbook->name,
              .process = request.locks.process.empty() ? base::own_process_identity()
                                                       : request.locks.process} {
  client_.set_audit_scope(request.run_id + "/" + kLockStep + "/" + std::to_string(request.life));
  journal_.add_gate(*this);
}

LockKeeper::~LockKeeper() {
  journal_.remove_gate(*this);
  loop_.withdraw_stop(kLockLost);
}

Status LockKeeper::note(const std::string& event,
                        const LockTarget& target,
                        const std::string& text) const {
  const auto held = std::ranges::find(held_, target, &Held::target);
  const nlohmann::json token = held == held_.end() ? nlohmann::json() : nlohmann::json(held->token);
  const Journal::Aside aside(journal_, kLockStep);
  return journal_.write(audit::Phase::Note,
                        Json(nlohmann::json{{"kind", "lock"},
                                            {"event", event},
                                            {"target", target.text},
                                            {"namespace", target.ns},
                                            {"lease", target.lease},
                                            {"token", token},
                                            {"text", text}}),
                        audit::Durable::Yes);
}

Status LockKeeper::acquire(const std::vector<LockTarget>& targets) {
  for (const LockTarget& target : targets) {
    if (Status taken = acquire_one(target); !taken) {
      release();
      return taken;
    }
  }
  return {};
}

Status LockKeeper::acquire_one(const LockTarget& target) {
  if (std::ranges::find(held_, target, &Held::target) != held_.end()) {
    return {};
  }
  if (!renewal_) {
    // From the first one on: taking the next one may last.
    renewal_.emplace(
        loop_, request_.locks.lease / kTicks, kube::Loop::When::Waiting, [this] { tick(); });
  }
  Status taken = take(target);
  if (taken && lost_) {
    taken = *lost_;
  }
  return taken ? Status() : not_taken(std::move(taken).error(), target);
}

Status LockKeeper::take(const LockTarget& target) {
  std::optional<Watched> watched;
  int tries = 0;
  for (;;) {
    const MonoTime asked = loop_.clock().now();
    const auto record = look(target);
    Status taken = record ? try_once(target, *record, asked, watched) : record.error();
    if (taken && std::ranges::find(held_, target, &Held::target) != held_.end()) {
      return {};
    }
    Duration pause = kTryEvery;
    if (taken) {
      pause = std::min(kLookEvery, (*record)->duration / kTicks);
    } else {
      const bool overtaken = record && is_overtaken(taken.error());
      if ((!overtaken && !may_heal(taken.error())) || ++tries >= kTries) {
        return taken;
      }
      if (overtaken) {
        // What has changed since we looked was changed by somebody who lives.
        watched = Watched{*record ? (*record)->resource_version : "", asked};
        pause = {};
      }
    }
    CFKOPS_TRY(loop_.pause(pause));
  }
}

/// Takes it where that may be. Of somebody else's: goes on watching.
Status LockKeeper::try_once(const LockTarget& target,
                            const std::optional<LockRecord>& record,
                            MonoTime asked,
                            std::optional<Watched>& watched) {
  if (!record) {
    return create(target);
  }
  if (record->holder.empty()) {
    return seize(target, *record, {.event = "taken", .text = "it was free"});
  }
  if (record->run == request_.run_id && has_ended(*record)) {
    return seize(target, *record, {.event = "taken", .text = "this run held it before"});
  }
  const std::string& reason = request_.locks.break_reason;
  return reason.empty() ? watch(target, *record, asked, watched)
                        : seize(target,
                                *record,
                                {.event = "broken",
                                 .text = "it was broken, because of \"" + reason +
                                         "\"; it was held by run " + text_of(*record)});
}

Result<std::optional<LockRecord>> LockKeeper::look(const LockTarget& target) {
  const auto lease = client_.get(kube::resources::leases(), target.ns, target.lease);
  if (lease) {
    return std::optional(read_lock(*lease));
  }
  if (lease.error().code == ErrorCode::NotFound) {
    return std::optional<LockRecord>();
  }
  return lease.error();
}

Status LockKeeper::create(const LockTarget& target) {
  const MonoTime sent = loop_.clock().now();
  const Journal::Aside aside(journal_, kLockStep);
  CFKOPS_ASSIGN(
      const kube::Object lease,
      client_.create(kube::resources::leases(),
                     target.ns,
                     new_lease(target, holder_, request_.locks.lease, loop_.clock().wall())));
  return hold(target, lease, sent, {.event = "taken", .text = "nobody has held it before"});
}

Status LockKeeper::seize(const LockTarget& target, const LockRecord& record, const Way& way) {
  const MonoTime sent = loop_.clock().now();
  const Journal::Aside aside(journal_, kLockStep);
  CFKOPS_ASSIGN(
      const kube::Object lease,
      client_.patch(
          kube::resources::leases(),
          target.ns,
          target.lease,
          taking_patch(
              target, holder_, request_.locks.lease, record.token + 1, loop_.clock().wall()),
          {.type = kube::PatchType::Merge,
           .precondition = {.uid = record.uid, .resource_version = record.resource_version}}));
  return hold(target, lease, sent, way);
}

Status LockKeeper::hold(const LockTarget& target,
                        const kube::Object& lease,
                        MonoTime sent,
                        const Way& way) {
  const LockRecord record = read_lock(lease);
  held_.push_back({.target = target,
                   .uid = record.uid,
                   .resource_version = record.resource_version,
                   .token = record.token,
                   .renewed = sent});
  const std::string text = "lock on " + target.text + " taken, token " +
                           std::to_string(record.token) + ": " + base::printable(way.text);
  observer_.on_notice(text);
  return note(way.event, target, text);
}

std::optional<Error> LockKeeper::lapse() const {
  const Duration lease = request_.locks.lease;
  for (const Held& held : held_) {
    const Duration age = loop_.clock().now() - held.renewed;
    if (age > lease - lease / kMargins) {
      return lost_error(held.target,
                        "it was last renewed " + base::human_duration(age) +
                            " ago, holds for no more than " + base::human_duration(lease) +
                            ", and may be another run's by now");
    }
  }
  return std::nullopt;
}

std::optional<Error> LockKeeper::lost() const {
  return lost_ ? lost_ : lapse();
}

Status LockKeeper::may_leave(const kube::Mutation& /*mutation*/) {
  if (!lost_) {
    if (auto lapsed = lapse()) {
      lose(*std::move(lapsed));
    }
  }
  return lost_ ? Status(*lost_) : Status();
}

void LockKeeper::lose(Error why) {
  lost_ = std::move(why);
  Error stop = make_error(ErrorCode::Cancelled, lost_->message, lost_->hint);
  stop.reason = kLockLost;
  loop_.request_stop(std::move(stop), kube::Loop::Stop::Now);
  observer_.on_notice(lost_->message + "; the run stops");
  // Where this cannot be written the journal is broken, which stops the run as well.
  static_cast<void>(note("lost", held_.front().target, lost_->message));
}

void LockKeeper::tick() {
  if (lost_) {
    return;
  }
  // First of all: after a long halt nothing more may leave.
  if (auto lapsed = lapse()) {
    lose(*std::move(lapsed));
    return;
  }
  for (Held& held : held_) {
    if (!lost_ && loop_.clock().now() - held.renewed >= request_.locks.lease / kRenewals) {
      renew(held);
    }
  }
}

void LockKeeper::catch_up() {
  for (Held& held : held_) {
    if (!lost_) {
      renew(held);
    }
  }
}

void LockKeeper::renew(Held& held) {
  const Journal::Aside aside(journal_, kLockStep);
  const MonoTime sent = loop_.clock().now();
  const auto renewed = send(held, renewing_patch(loop_.clock().wall()));
  if (renewed) {
    held.resource_version = renewed->resource_version();
    held.renewed = sent;
    trouble_told_ = false;
    return;
  }
  const Error& error = renewed.error();
  if (error.code == ErrorCode::NotFound) {
    lose(lost_error(held.target, "its Lease was deleted"));
  } else if (error.code == ErrorCode::Conflict) {
    look_after_conflict(held);
  } else if (!std::exchange(trouble_told_, true)) {
    observer_.on_notice("the lock on " + held.target.text +
                        " could not be renewed, which is tried again: " + error.text());
  }
}

/// Somebody has written to the Lease. Where it is still ours, the next tick renews it.
void LockKeeper::look_after_conflict(Held& held) {
  const auto now = look(held.target);
  if (!now) {
    return;
  }
  if (!*now || (*now)->uid != held.uid) {
    lose(lost_error(held.target, "its Lease was deleted"));
  } else if ((*now)->holder != holder_.identity || (*now)->token != held.token) {
    lose(lost_error(held.target,
                    (*now)->holder.empty() ? std::string("somebody has given it back")
                                           : "it was taken by run " + text_of(**now)));
  } else {
    held.resource_version = (*now)->resource_version;
  }
}

std::string LockKeeper::lapses(const LockTarget& target, const Error& error) const {
  return "the lock on " + target.text + " was not given back and lapses by itself in " +
         base::human_duration(request_.locks.lease) + ": " + error.text();
}

void LockKeeper::release_early(const std::vector<LockTarget>& targets) {
  for (const LockTarget& target : targets) {
    const auto found = std::ranges::find(held_, target, &Held::target);
    if (found == held_.end() || lost()) {
      continue;
    }
    Held going = std::move(*found);
    held_.erase(found);  // it is not renewed any more, also not while the answer is waited for
    const kube::Loop::SafeStretch stretch(loop_);
    if (const Status released = give_back(going); !released) {
      observer_.on_notice(lapses(target, released.error()));
    }
  }
}

std::vector<std::string> LockKeeper::release() {
  renewal_.reset();
  std::vector<std::string> kept;
  if (lost()) {
    held_.clear();
    return kept;
  }
  // Also after the first request to stop; the second one does not wait for it.
  const kube::Loop::SafeStretch stretch(loop_);
  for (Held& held : held_) {
    if (const Status released = give_back(held); !released) {
      kept.push_back(lapses(held.target, released.error()));
    }
  }
  held_.clear();
  return kept;
}

Status LockKeeper::give_back(Held& held) {
  if (journal_.broken()) {
    return make_error(ErrorCode::Io, "the audit log cannot be written");
  }
  for (int tries = 1;; ++tries) {
    const Journal::Aside aside(journal_, kLockStep);
    auto released = send(held, releasing_patch(loop_.clock().wall()));
    if (released || released.error().code == ErrorCode::NotFound) {
      return {};
    }
    const bool changed = released.error().code == ErrorCode::Conflict;
    // Nothing is wrong with what we ask for: a webhook had a bad moment, say.
    const bool refused = released.error().code == ErrorCode::Invalid;
    if ((!changed && !refused && !may_heal(released.error())) || tries >= kTries) {
      return std::move(released).error();
    }
    CFKOPS_TRY(loop_.pause(changed ? Duration() : kTryEvery));
    const auto now = look(held.target);
    if (now && (!*now || (*now)->holder != holder_.identity || (*now)->token != held.token)) {
      return {};  // it is nobody's any more, or somebody else's
    }
    if (now) {
      held.resource_version = (*now)->resource_version;
    }
  }
}

/// To the Lease as we know it.
Result<kube::Object> LockKeeper::send(const Held& held, const Json& patch) {
  return client_.patch(
      kube::resources::leases(),
      held.target.ns,
      held.target.lease,
      patch,
      {.type = kube::PatchType::Merge,
       .precondition = {.uid = held.uid, .resource_version = held.resource_version}});
}

}  // namespace cfkops::engine
