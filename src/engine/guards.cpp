#include "guards.hpp"

#include "checks.hpp"
#include "json_text.hpp"
#include "planner.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

/// How long a mutation waits for a guard that cannot be told, and how often it is asked meanwhile.
constexpr Duration kUnknownLimit = std::chrono::minutes(2);
constexpr Duration kAskAgain = std::chrono::seconds(5);

std::string name_of(const runbook::Guard& guard) {
  return "guard '" + guard.check.id + "'";
}

std::string words_of(const CheckResult& result) {
  return result.summary.empty() ? std::string(to_string(result.verdict)) : result.summary;
}

std::string since_text(const Hysteresis& health) {
  return health.since() ? " since " + base::format_rfc3339(*health.since()) : "";
}

/// The scope of the Audit-IDs for the length of a block.
class Scope {
 public:
  Scope(kube::Reader& reader, const std::string& run_id, int number)
      : reader_(reader),
        before_(reader.audit_scope()) {
    set_scope(reader, run_id, "guard", number);
  }

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  ~Scope() { reader_.set_audit_scope(std::move(before_)); }

 private:
  kube::Reader& reader_;
  std::string before_;
};

}  // namespace

Hysteresis::Turn Hysteresis::take(Verdict verdict, MonoTime now, WallTime wall) {
  if (verdict == Verdict::Unknown) {
    passing_.reset();
    return Turn::None;
  }
  if (verdict == Verdict::Fail) {
    passing_.reset();
    if (!failing_) {
      failing_ = now;
      since_ = wall;
    }
    const bool turns = !breached_ && now - *failing_ >= hold_;
    breached_ = breached_ || turns;
    return turns ? Turn::Breached : Turn::None;
  }
  if (!failing_) {
    return Turn::None;
  }
  if (!passing_) {
    passing_ = now;
  }
  if (now - *passing_ < hold_) {
    return Turn::None;
  }
  failing_.reset();
  passing_.reset();
  since_.reset();
  return std::exchange(breached_, false) ? Turn::Well : Turn::None;
}

Status Guards::begin() {
  for (const runbook::Guard& guard : guards_) {
    watched_.push_back(std::make_unique<Watched>(guard));
  }
  if (watched_.empty()) {
    return {};
  }
  for (const auto& one : watched_) {
    CFKOPS_TRY(ask(*one));
    if (!lets_go_on(one->result.verdict)) {
      const bool unknown = one->result.verdict == Verdict::Unknown;
      return make_error(unknown ? ErrorCode::Unknown : ErrorCode::Refused,
                        name_of(one->guard) + (unknown ? " cannot be told: " : " does not hold: ") +
                            words_of(one->result),
                        one->result.remedy);
    }
  }
  watching_ = true;
  state_.environment.journal.add_gate(*this);
  for (const auto& one : watched_) {
    Watched& watched = *one;
    watched.periodic.emplace(
        state_.loop(), watched.guard.every, kube::Loop::When::Idle, [this, &watched] {
          // What keeps it from being told is told by the next one who cannot go on for it.
          static_cast<void>(ask(watched));
        });
  }
  return {};
}

void Guards::end() {
  watching_ = false;
  for (const auto& one : watched_) {
    one->periodic.reset();
  }
  if (stopped_) {
    state_.loop().withdraw_stop(kGuardReason);
  }
  state_.environment.journal.remove_gate(*this);
}

Failure Guards::judged(Failure failure) const {
  if (failure.stopped && rollback_) {
    failure.stopped = false;
    failure.error = *rollback_;
  }
  return failure;
}

Status Guards::may_leave(const kube::Mutation& /*mutation*/) {
  if (!watching_) {
    return {};
  }
  // What was begun is brought to its end: a broker that is down must come back.
  const std::uint64_t stretch = state_.loop().stretch();
  if (stretch != 0 && stretch == let_out_in_) {
    return {};
  }
  for (const auto& one : watched_) {
    CFKOPS_TRY(settle(*one));
  }
  let_out_in_ = stretch;
  return {};
}

Status Guards::settle(Watched& one) {
  kube::Loop& loop = state_.loop();
  if (state_.now() - one.asked >= one.guard.every) {
    CFKOPS_TRY(ask(one));
  }
  const MonoTime since = state_.now();
  if (one.result.verdict == Verdict::Unknown) {
    state_.environment.observer.on_notice(
        name_of(one.guard) +
        " cannot be told, nothing is changed until it can: " + words_of(one.result));
  }
  while (one.result.verdict == Verdict::Unknown) {
    if (loop.cancel().requested()) {
      return loop.cancelled();  // nothing was begun yet
    }
    if (state_.now() - since >= kUnknownLimit) {
      return stop(one,
                  "cannot be told for " + base::human_duration(state_.now() - since) + ": " +
                      words_of(one.result));
    }
    CFKOPS_TRY(loop.pause(std::min(kAskAgain, one.guard.every)));
    CFKOPS_TRY(ask(one));
  }
  if (!one.health.breached()) {
    return {};
  }
  if (one.guard.on_breach == runbook::OnBreach::Ask) {
    return ask_person(one);
  }
  return stop(one, "is breached" + since_text(one.health) + ": " + words_of(one.result));
}

Status Guards::ask_person(Watched& one) {
  if (one.accepted) {
    return {};
  }
  std::vector<std::string> details = {words_of(one.result)};
  details.insert(details.end(), one.result.details.begin(), one.result.details.end());
  const Status answer = state_.environment.approver.ask(
      {.what = name_of(one.guard) + " is breached" + since_text(one.health) + ". Go on?",
       .details = std::move(details),
       .on_yes = "the run goes on; it is asked again if the guard is well and then breached anew",
       .on_no = "the run stops here, and what was done stays done"});
  state_.locks.catch_up();
  CFKOPS_TRY(note(one, "asked", answer ? "a person says to go on" : answer.error().text()));
  if (!answer) {
    return stop(one,
                "is breached" + since_text(one.health) + ": " + words_of(one.result) + "; " +
                    answer.error().message);
  }
  one.accepted = true;
  return {};
}

Error Guards::stop(const Watched& one, const std::string& why) {
  Error error = make_error(ErrorCode::Cancelled, name_of(one.guard) + " " + why, one.result.remedy);
  error.reason = kGuardReason;
  if (one.health.breached() && one.guard.on_breach == runbook::OnBreach::Rollback && !rollback_) {
    rollback_ = error;
    rollback_->code = ErrorCode::Refused;
  }
  state_.loop().request_stop(error);
  stopped_ = true;
  return error;
}

Status Guards::ask(Watched& one) {
  const Verdict before = one.result.verdict;
  {
    const MonoTime begun = state_.now();
    const Scope scope(
        state_.environment.client, state_.request.run_id, static_cast<int>(++readings_));
    // Neither the observer nor the journal: only what has changed is worth telling.
    Context context = state_.context_of({}, MonoTime::max());
    context.observer = nullptr;
    context.journal = nullptr;
    Names names = state_.names;
    CheckRunner check("guard", state_.site, std::move(context), nullptr);
    CFKOPS_ASSIGN(PlannedCheck answer, check.one(one.guard.check, names));
    one.result = std::move(answer.result);
    one.asked = begun;
  }
  if (!std::exchange(one.known, true) || one.result.verdict != before) {
    CFKOPS_TRY(tell(one));
  }
  const auto turn = one.health.take(one.result.verdict, state_.now(), state_.loop().clock().wall());
  if (turn == Hysteresis::Turn::Breached && watching_) {
    return breached(one);
  }
  if (turn == Hysteresis::Turn::Well) {
    one.accepted = false;
    state_.environment.observer.on_notice(name_of(one.guard) + " is well again");
    return note(one, "well", words_of(one.result));
  }
  return {};
}

Status Guards::breached(Watched& one) {
  const runbook::OnBreach action = one.guard.on_breach;
  const std::string what = "is breached" + since_text(one.health) + ": " + words_of(one.result);
  const std::string then = action == runbook::OnBreach::Ask ? "; it is asked before the next change"
                           : action == runbook::OnBreach::Rollback
                               ? "; the run is undone from its next safe point on"
                               : "; the run stops at its next safe point";
  state_.environment.observer.on_notice(name_of(one.guard) + " " + what + then);
  if (action != runbook::OnBreach::Ask) {
    static_cast<void>(stop(one, what));  // for whoever waits, or goes on next
  }
  return note(one, "breached", what);
}

Status Guards::note(const Watched& one, const std::string& event, const std::string& text) const {
  Journal::Aside aside(state_.environment.journal, "guard");
  nlohmann::json record = {{"kind", "guard"},
                           {"event", event},
                           {"id", one.guard.check.id},
                           {"onBreach", runbook::to_string(one.guard.on_breach)},
                           {"text", text},
                           {"result", to_json(one.result)}};
  record["since"] = one.health.since() ? nlohmann::json(base::format_rfc3339(*one.health.since()))
                                       : nlohmann::json();
  return state_.environment.journal.write(
      audit::Phase::Note, Json(std::move(record)), audit::Durable::Yes);
}

Status Guards::tell(const Watched& one) const {
  const std::string title = "guard: " + title_of(one.guard.check);
  Journal::Aside aside(state_.environment.journal, "guard");
  nlohmann::json record = to_json(one.result);
  record["kind"] = "guard";
  record["id"] = one.guard.check.id;
  record["title"] = title_of(one.guard.check);
  state_.environment.observer.on_check_started("guard", title);
  state_.environment.observer.on_check("guard", title, one.result);
  return state_.environment.journal.write(
      audit::Phase::Check, Json(std::move(record)), audit::Durable::No);
}

}  // namespace cfkops::engine
