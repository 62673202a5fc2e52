#include "cfkops/engine/journal.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::engine {
namespace {

ObjectChange::State state_of(const kube::MutationEffect& effect) {
  using State = ObjectChange::State;
  if (effect.unknown) {
    return State::Unknown;
  }
  return effect.error.empty() ? State::Done : State::Failed;
}

nlohmann::json to_json(const kube::Mutation& mutation, std::uint64_t number, bool aside) {
  return {{"intent", number},
          {"aside", aside},
          {"verb", mutation.verb},
          {"resource", mutation.resource.full_name()},
          {"apiVersion", mutation.resource.api_version()},
          {"kind", mutation.resource.kind},
          {"subresource", mutation.subresource},
          {"namespace", mutation.ns},
          {"name", mutation.name},
          {"uid", mutation.uid},
          {"resourceVersion", mutation.resource_version},
          {"auditId", mutation.audit_id},
          {"body", mutation.body.raw()}};
}

nlohmann::json to_json(const kube::MutationEffect& effect, std::uint64_t number) {
  return {{"intent", number},
          {"status", effect.http_status},
          {"uid", effect.uid},
          {"resourceVersion", effect.resource_version},
          {"auditIds", effect.audit_ids},
          {"unknown", effect.unknown},
          {"error", effect.error}};
}

}  // namespace

std::string in_words(const kube::Mutation& mutation) {
  return mutation.verb + " " + object_in_words(mutation);
}

std::string object_in_words(const kube::Mutation& mutation) {
  const std::string kind = base::lower(mutation.resource.kind);
  return mutation.ns.empty() ? kind + " " + mutation.name
                             : kind + " " + mutation.ns + "/" + mutation.name;
}

void Journal::set_step(std::string step, int attempt) {
  if (step != step_) {
    last_wait_.clear();
  }
  step_ = std::move(step);
  attempt_ = attempt;
}

Journal::Aside::Aside(Journal& journal, std::string step, Gates gates)
    : journal_(journal),
      step_(std::exchange(journal.step_, std::move(step))),
      attempt_(std::exchange(journal.attempt_, 1)),
      gates_(gates) {
  ++journal_.asides_;
  journal_.locked_asides_ += gates_ == Gates::Locks ? 1 : 0;
}

Journal::Aside::~Aside() {
  journal_.step_ = std::move(step_);
  journal_.attempt_ = attempt_;
  --journal_.asides_;
  journal_.locked_asides_ -= gates_ == Gates::Locks ? 1 : 0;
}

Status Journal::ask_gates(const kube::Mutation& mutation) {
  for (MutationGate* const gate : gates_) {
    const bool asked = asides_ == 0 || (asides_ == locked_asides_ && gate->is_lock());
    CFKOPS_TRY(asked ? gate->may_leave(mutation) : Status());
  }
  return {};
}

void Journal::tell_change(const kube::Mutation& mutation,
                          ObjectChange::State state,
                          const std::string& error) const {
  if (observer_ != nullptr) {
    observer_->on_object({.step = step_,
                          .verb = mutation.verb,
                          .object = object_in_words(mutation),
                          .state = state,
                          .error = error});
  }
}

Status Journal::intend(const kube::Mutation& mutation) {
  CFKOPS_TRY(ask_gates(mutation));
  if (asides_ == 0) {
    // One after the other: of one that is still open the effect was never told, and whatever came
    // of it is not on record.
    std::erase_if(open_, [this](Open& one) {
      if (!one.aside) {
        unknown_.push_back(std::move(one.words));
        return true;
      }
      return false;
    });
  }
  CFKOPS_TRY(write_as(audit::Phase::Intent,
                      Json(to_json(mutation, numbered_ + 1, asides_ > 0)),
                      audit::Durable::Yes));
  ++numbered_;
  intents_ += asides_ == 0 ? 1 : 0;
  open_.push_back({.number = numbered_,
                   .audit_id = mutation.audit_id,
                   .words = in_words(mutation),
                   .aside = asides_ > 0});
  if (asides_ == 0) {
    tell_change(mutation, ObjectChange::State::Sent, {});
  }
  return {};
}

Status Journal::record(const kube::Mutation& mutation, const kube::MutationEffect& effect) {
  const auto open = std::ranges::find(open_, mutation.audit_id, &Open::audit_id);
  const std::uint64_t number = open == open_.end() ? numbered_ : open->number;
  CFKOPS_TRY(write_as(audit::Phase::Effect, Json(to_json(effect, number)), audit::Durable::Yes));
  // What is done aside knows itself what came of it.
  const bool aside = open != open_.end() && open->aside;
  if (effect.unknown && !aside) {
    unknown_.push_back(in_words(mutation));
  }
  if (!aside) {
    tell_change(mutation, state_of(effect), effect.error);
  }
  if (open != open_.end()) {
    open_.erase(open);
  }
  return {};
}

Status Journal::write(audit::Phase phase, const Json& data, audit::Durable durable) {
  return write_as(phase, data, durable);
}

Status Journal::note_wait(const std::string& text) {
  if (text == last_wait_) {
    return {};
  }
  last_wait_ = text;
  return write_as(audit::Phase::Note,
                  Json(nlohmann::json{{"kind", "wait"}, {"text", text}}),
                  audit::Durable::No);
}

Status Journal::remember_undo(const Json& data) {
  CFKOPS_TRY(write_as(
      audit::Phase::Undo,
      Json(nlohmann::json{{"event", "remember"}, {"entry", entries_ + 1}, {"undo", data.raw()}}),
      audit::Durable::Yes));
  ++entries_;
  remembered_.push_back({.step = step_, .data = data, .entry = entries_});
  return {};
}

Status Journal::forget_undo(std::uint64_t entry) {
  CFKOPS_TRY(write_as(audit::Phase::Undo,
                      Json(nlohmann::json{{"event", "forget"}, {"entry", entry}}),
                      audit::Durable::Yes));
  note_undone(entry);
  return {};
}

void Journal::note_undone(std::uint64_t entry) {
  const auto found = std::ranges::find(remembered_, entry, &Remembered::entry);
  if (found != remembered_.end()) {
    found->undone = true;
  }
}

void Journal::carry_on(Before before) {
  remembered_ = std::move(before.remembered);
  entries_ = before.entries;
  intents_ = before.intents;
  numbered_ = before.numbered;
}

void Journal::conceal(const Redacted& secret) {
  concealed_.add(secret);
}

std::vector<std::string> Journal::unresolved() const {
  std::vector<std::string> all = unknown_;
  for (const Open& one : open_) {
    if (!one.aside) {
      all.push_back(one.words);
    }
  }
  return all;
}

Status Journal::write_as(audit::Phase phase, const Json& data, audit::Durable durable) {
  const audit::Record record{
      .phase = phase, .step = step_, .attempt = attempt_, .data = concealed_.in(data)};
  Status written = log_.append(record, durable);
  broken_ = broken_ || !written;
  return written;
}

std::filesystem::path state_directory() {
  if (const std::string own = base::environment("CFKOPS_STATE_DIR"); !own.empty()) {
    return own;
  }
  if (const std::string state = base::environment("XDG_STATE_HOME"); !state.empty()) {
    return std::filesystem::path(state) / "cfkops";
  }
  return std::filesystem::path(base::environment("HOME")) / ".local" / "state" / "cfkops";
}

/// In 256ths, as two hexadecimal digits: ids of one second sort by time too.
static std::string part_of_second(WallTime now) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto part = now.time_since_epoch() % std::chrono::seconds(1);
  const auto number = static_cast<std::size_t>(part * 256 / std::chrono::seconds(1));
  return {kDigits[(number / 16) % 16], kDigits[number % 16]};
}

std::string new_run_id(WallTime now) {
  // From "2026-11-23T07:25:01.123456Z".
  const std::string time = base::format_rfc3339(now);
  return time.substr(0, 4) + time.substr(5, 2) + time.substr(8, 2) + "-" + time.substr(11, 2) +
         time.substr(14, 2) + time.substr(17, 2) + "-" + part_of_second(now) + base::random_hex(1);
}

}  // namespace cfkops::engine
