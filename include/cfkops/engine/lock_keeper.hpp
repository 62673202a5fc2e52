#pragma once

#include "cfkops/engine/journal.hpp"
#include "cfkops/engine/lock.hpp"
#include "cfkops/engine/observer.hpp"
#include "cfkops/engine/plan.hpp"
#include "cfkops/kube/client.hpp"
#include "cfkops/kube/loop.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// Holds the locks of one run: takes them, renews them while the loop waits, and gives them back.
///
/// No clocks of two machines are ever compared. Somebody else's lock counts as expired when its
/// record has not changed for as long as it holds, by our own monotonic clock since we first saw it
/// so. Ours counts as lost as soon as, by that clock, the last renewal that succeeded was sent
/// longer ago than it holds, less a margin of a sixth; or where its record tells of another holder.
/// Lost is lost: from then on no mutation leaves, and the loop stops at once.
///
/// Its requests go through a client of its own, of the scope "<run>/lock/<life>", and stand in
/// the journal under the step "lock". One thread.
class LockKeeper final : public MutationGate {
 public:
  /// Borrows all of it.
  LockKeeper(const RunRequest& request, kube::Loop& loop, Journal& journal, Observer& observer);
  LockKeeper(const LockKeeper&) = delete;
  LockKeeper& operator=(const LockKeeper&) = delete;

  /// Gives nothing back: what is held then lapses by itself.
  ~LockKeeper() override;

  /// Takes all of them, or none. One that is free, given back, or of an earlier process of this run
  /// is taken at once; another is watched until it is given back, has changed, or has not changed
  /// for as long as it holds. Errors: Refused with reason `kLockHeld`, where somebody else holds
  /// one: who, since when, and what to do; Cancelled; what the server says.
  Status acquire(const std::vector<LockTarget>& targets);

  /// Takes one more, unless it is held; what was held before is held afterwards, too. Errors: as of
  /// `acquire`.
  Status acquire_one(const LockTarget& target);

  /// Whether another run that lives holds one of them. Takes and writes nothing; looks at a record
  /// for as long as a living holder needs to renew it. Where that cannot be read there is no error.
  /// Errors: Refused with reason `kLockHeld`; Cancelled.
  Status find_living_holder(const std::vector<LockTarget>& targets);

  /// Errors: Refused with reason `kLockLost`.
  Status may_leave(const kube::Mutation& mutation) override;

  [[nodiscard]] bool is_lock() const override { return true; }

  /// Why the locks do not hold any more; nothing while they do, or where none was taken.
  [[nodiscard]] std::optional<Error> lost() const;

  /// Renews at once, late or not: to be called after a question that a person has taken time to
  /// answer, while nothing could be renewed nor was sent. That the record has not changed since
  /// proves that nobody has held the lock in between.
  void catch_up();

  /// How many requests all this took.
  [[nodiscard]] std::uint64_t requests_sent() const { return client_.requests_sent(); }

  /// Gives back those of these that are held, before the end. One of which that fails lapses by
  /// itself, which is told.
  void release_early(const std::vector<LockTarget>& targets);

  /// Gives back what is still held. What is lost is left alone. Returns, in sentences, which could
  /// not be given back.
  std::vector<std::string> release();

 private:
  struct Held {
    LockTarget target;
    std::string uid;
    std::string resource_version;
    std::int64_t token = 0;
    MonoTime renewed;  ///< when the last renewal that succeeded was sent
  };

  /// A record of somebody else, as it was first seen.
  struct Watched {
    std::string resource_version;  ///< "": there was none
    MonoTime since;
  };

  /// How a lock came to be ours, for the record.
  struct Way {
    std::string event;  ///< "taken", "broken"
    std::string text;
  };

  Status take(const LockTarget& target);
  Status look_for_life(const LockTarget& target);
  void tell_watching(const LockTarget& target,
                     const LockRecord& record,
                     Duration so_far,
                     Duration whole);
  Status try_once(const LockTarget& target,
                  const std::optional<LockRecord>& record,
                  MonoTime asked,
                  std::optional<Watched>& watched);
  Result<std::optional<LockRecord>> look(const LockTarget& target);
  Status create(const LockTarget& target);
  Status seize(const LockTarget& target, const LockRecord& record, const Way& way);
  Status watch(const LockTarget& target,
               const LockRecord& record,
               MonoTime asked,
               std::optional<Watched>& watched);
  Status hold(const LockTarget& target, const kube::Object& lease, MonoTime sent, const Way& way);

  void tick();
  void renew(Held& held);
  void look_after_conflict(Held& held);
  Status give_back(Held& held);
  [[nodiscard]] std::string lapses(const LockTarget& target, const Error& error) const;
  Result<kube::Object> send(const Held& held, const Json& patch);
  void lose(Error why);
  [[nodiscard]] std::optional<Error> lapse() const;
  Status note(const std::string& event, const LockTarget& target, const std::string& text) const;

  const RunRequest& request_;
  kube::Loop& loop_;
  Journal& journal_;
  Observer& observer_;
  kube::Client client_;
  LockHolder holder_;
  std::vector<Held> held_;
  std::optional<kube::Loop::Periodic> renewal_;
  std::optional<Error> lost_;
  bool trouble_told_ = false;
};

}  // namespace cfkops::engine
