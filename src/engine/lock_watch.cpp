// Whether somebody else who holds a lock lives: by their process where that is of this machine,
// else by whether their record changes in time.
#include "lock_watch.hpp"

#include "cfkops/base/process_identity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/lock_keeper.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace cfkops::engine {
namespace {

/// A lock that holds longer than this is not waited for.
constexpr Duration kLongestWatch = std::chrono::minutes(5);

}  // namespace

bool has_ended(const LockRecord& record) {
  const base::ProcessState state = base::process_state(record.process);
  return state == base::ProcessState::Gone || state == base::ProcessState::Ourselves;
}

std::string text_of(const LockRecord& record) {
  return record.holder + (record.runbook.empty() ? "" : " (" + record.runbook + ")") +
         (record.since.empty() ? "" : " since " + record.since);
}

Error held_by(const LockTarget& target, const LockRecord& record, const std::string& why) {
  Error error = make_error(
      ErrorCode::Refused,
      base::printable("the lock on " + target.text + " is held by run " + text_of(record) + why),
      "see who holds it with: cfkops locks -n " + target.ns +
          "; wait until that run has ended; where it cannot end any more, add --break-lock REASON");
  error.reason = kLockHeld;
  return error;
}

Status LockKeeper::watch(const LockTarget& target,
                         const LockRecord& record,
                         MonoTime asked,
                         std::optional<Watched>& watched) {
  if (watched && watched->resource_version != record.resource_version) {
    return held_by(target, record, ", which is at work");
  }
  if (record.duration > kLongestWatch) {
    return held_by(
        target,
        record,
        ", and holds for " + base::human_duration(record.duration) + " without being renewed");
  }
  const std::string why = "run " + text_of(record);
  if (!watched) {
    watched = Watched{record.resource_version, loop_.clock().now()};
    CFKOPS_TRY(note("watched", target, "the lock on " + target.text + " is held by " + why));
  }
  const Duration so_far = asked - watched->since;
  if (so_far >= record.duration) {
    return seize(target,
                 record,
                 {.event = "taken",
                  .text = "it was not renewed for " + base::human_duration(so_far) + " by " + why});
  }
  tell_watching(target, record, so_far, record.duration);
  return {};
}

void LockKeeper::tell_watching(const LockTarget& target,
                               const LockRecord& record,
                               Duration so_far,
                               Duration whole) {
  observer_.on_wait({.id = kLockStep, .title = "Take the locks", .action = ""},
                    {.what = "the lock on " + target.text,
                     .why = base::printable("held by run " + text_of(record) + "; is it renewed?"),
                     .details = {},
                     .estimate = whole - so_far,
                     .elapsed = so_far});
}

Status LockKeeper::find_living_holder(const std::vector<LockTarget>& targets) {
  for (const LockTarget& target : targets) {
    CFKOPS_TRY(look_for_life(target));
  }
  return {};
}

Status LockKeeper::look_for_life(const LockTarget& target) {
  const MonoTime since = loop_.clock().now();
  std::string first;
  for (;;) {
    const auto record = look(target);
    if (!record) {
      return record.error().code == ErrorCode::Cancelled ? Status(record.error()) : Status();
    }
    if (!*record || (*record)->holder.empty() || (*record)->run == request_.run_id) {
      return {};
    }
    const base::ProcessState process = base::process_state((*record)->process);
    const bool changed = !first.empty() && first != (*record)->resource_version;
    if (changed || process == base::ProcessState::Alive) {
      return held_by(target, **record, ", which is at work");
    }
    first = (*record)->resource_version;
    const Duration lease = (*record)->duration;
    const Duration whole = std::min(lease / kRenewals + 2 * (lease / kTicks), kLongestWatch);
    const Duration so_far = loop_.clock().now() - since;
    if (process == base::ProcessState::Gone || so_far >= whole) {
      observer_.on_notice(base::printable("the lock on " + target.text + " is held by run " +
                                          text_of(**record) + ", which does not renew it") +
                          "; where that was killed, go on with it: cfkops resume " +
                          base::printable((*record)->run));
      return {};
    }
    tell_watching(target, **record, so_far, whole);
    CFKOPS_TRY(loop_.pause(std::min(kLookEvery, lease / kTicks)));
  }
}

}  // namespace cfkops::engine
