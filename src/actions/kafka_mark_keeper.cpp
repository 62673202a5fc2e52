#include "kafka_mark_keeper.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/resource.hpp"

#include <utility>

namespace cfkops::actions {

namespace {

/// While it lives, the journal counts requests as made aside, under the run's locks; without a
/// journal it does nothing.
class Aside {
 public:
  explicit Aside(const engine::Context& context) {
    if (context.journal != nullptr) {
      aside_.emplace(*context.journal, context.step.id, engine::Journal::Aside::Gates::Locks);
    }
  }

 private:
  std::optional<engine::Journal::Aside> aside_;
};

}  // namespace

void MarkKeeper::want(RollMark wanted, const std::optional<FoundMark>& found) {
  wanted_ = std::move(wanted);
  adopt(found);
}

void MarkKeeper::adopt(std::optional<FoundMark> found) {
  found_ = std::move(found);
  written_ = found_ && found_->mark == wanted_;
}

bool MarkKeeper::stands() const {
  return found_ && found_->mark && found_->mark->run == wanted_.run;
}

Status MarkKeeper::ensure() {
  if (written_) {
    return {};
  }
  const Aside aside(context_);
  Status written = write();
  if (written || written.error().code == ErrorCode::Cancelled) {
    return written;
  }
  return look_after(std::move(written).error());
}

Status MarkKeeper::write() {
  const kube::Resource& leases = kube::resources::leases();
  const std::string& ns = cluster_.target.ns;
  Result<kube::Object> lease =
      found_ ? client_.patch(leases,
                             ns,
                             mark_name(cluster_),
                             mark_patch(wanted_),
                             {.type = kube::PatchType::Merge,
                              .precondition = {.uid = found_->uid,
                                               .resource_version = found_->resource_version}})
             : client_.create(leases, ns, mark_lease(cluster_, wanted_));
  if (!lease) {
    return std::move(lease).error();
  }
  adopt(find_mark(*lease));
  written_ = true;
  return {};
}

/// It is ours now although the answer was none, or somebody was quicker.
Status MarkKeeper::look_after(Error error) {
  if (error.code == ErrorCode::Forbidden) {
    return mark_not_allowed(std::move(error), cluster_);
  }
  auto now = read_mark(client_, cluster_);
  if (!now) {
    return error;
  }
  const bool changed = now->has_value() != found_.has_value() ||
                       (*now && (*now)->resource_version != found_->resource_version);
  if (*now && (*now)->mark && is_strange(*(*now)->mark)) {
    const RollMark& mark = *(*now)->mark;
    return make_error(ErrorCode::Refused,
                      base::printable("run " + mark.run + " (" + mark.who +
                                      ") has begun to restart the same Kafka: " +
                                      mark_text(cluster_) + " is its mark"),
                      "wait until that run has ended, then start this one again");
  }
  adopt(*std::move(now));
  if (written_) {
    return {};
  }
  if (changed || error.code == ErrorCode::AlreadyExists || error.code == ErrorCode::NotFound) {
    error.code = ErrorCode::Conflict;
  }
  return error;
}

/// The mark of a run that is neither this one nor the one whose mark was read.
bool MarkKeeper::is_strange(const RollMark& mark) const {
  const bool known = found_ && found_->mark && found_->mark->run == mark.run;
  return mark.run != wanted_.run && !known;
}

Status MarkKeeper::remove() {
  if (!stands()) {
    return {};
  }
  const Aside aside(context_);
  // Also after a first request to stop: all that was begun is done.
  const kube::Loop::SafeStretch stretch(client_.loop());
  Status removed = client_.remove(
      kube::resources::leases(),
      cluster_.target.ns,
      mark_name(cluster_),
      {.precondition = {.uid = found_->uid, .resource_version = found_->resource_version}});
  // Where somebody has written to it, it is theirs now.
  if (!removed && removed.error().code != ErrorCode::NotFound &&
      removed.error().code != ErrorCode::Conflict) {
    return removed;
  }
  adopt(std::nullopt);
  return {};
}

}  // namespace cfkops::actions
