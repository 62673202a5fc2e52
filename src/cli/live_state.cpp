#include "live_state.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// A name goes on at that place of the text: a dot belongs to it where something follows.
bool goes_on(std::string_view text, std::size_t at) {
  return at < text.size() && (is_of_name(text[at]) || (text[at] == '.' && at + 1 < text.size() &&
                                                       is_of_name(text[at + 1])));
}

LiveObject object_of(const std::string& text) {
  return {.text = text, .name = text.substr(text.find_last_of(" /") + 1)};
}

LiveObject& object_in(LiveStep& step, const std::string& text) {
  const auto known = std::ranges::find(step.objects, text, &LiveObject::text);
  return known == step.objects.end() ? step.objects.emplace_back(object_of(text)) : *known;
}

LiveStep planned(const engine::PlannedStep& step) {
  LiveStep made{.id = step.id,
                .title = step.title,
                .stage = step.skipped.empty() ? LiveStage::Pending : LiveStage::Skipped,
                .estimate = step.plan.estimate};
  for (const engine::PlannedChange& change : step.plan.changes) {
    LiveObject& object = object_in(made, change.object);
    object.note = change.verb;
  }
  return made;
}

LiveStage stage_of(engine::Outcome::Kind kind) {
  using Kind = engine::Outcome::Kind;
  switch (kind) {
    case Kind::Done:
      return LiveStage::Done;
    case Kind::Unknown:
      return LiveStage::Unknown;
    case Kind::NotYet:
    case Kind::Refused:
    case Kind::Failed:
    case Kind::Stopped:
      break;
  }
  return LiveStage::Failed;
}

LiveStage stage_of(engine::ObjectChange::State state) {
  using State = engine::ObjectChange::State;
  switch (state) {
    case State::Sent:
      return LiveStage::Running;
    case State::Done:
      return LiveStage::Done;
    case State::Failed:
      return LiveStage::Failed;
    case State::Unknown:
      break;
  }
  return LiveStage::Unknown;
}

}  // namespace

bool mentions(std::string_view text, std::string_view name) {
  if (name.empty()) {
    return false;
  }
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const bool begins = at == 0 || (!is_of_name(text[at - 1]) && text[at - 1] != '.');
    if (begins && !goes_on(text, at + name.size())) {
      return true;
    }
  }
  return false;
}

bool LiveWait::is_about(std::string_view name) const {
  return mentions(state.what, name) ||
         std::ranges::any_of(state.details,
                             [&](const std::string& detail) { return mentions(detail, name); });
}

void LiveState::begin(const engine::RunInfo& info, MonoTime now) {
  runbook_ = info.runbook;
  ns_ = info.ns;
  started_ = now;
}

void LiveState::set_plan(const engine::Plan& plan) {
  steps_.clear();
  for (const engine::PlannedStep& step : plan.steps) {
    steps_.push_back(planned(step));
  }
}

void LiveState::begin_check(const std::string& title, MonoTime now) {
  check_ = LiveCheck{.title = title, .began = now};
}

void LiveState::end_check() {
  check_.reset();
}

LiveStep* LiveState::find(const std::string& id) {
  const auto found = std::ranges::find(steps_, id, &LiveStep::id);
  return found == steps_.end() ? nullptr : &*found;
}

LiveStep& LiveState::step_of(const engine::StepInfo& info) {
  if (LiveStep* known = find(info.id)) {
    return *known;
  }
  // A repeated step whose elements were not known stands in the plan once, without place.
  if (LiveStep* whole = find(info.id.substr(0, info.id.find('[')));
      whole != nullptr && whole->stage == LiveStage::Pending) {
    whole->id = info.id;
    return *whole;
  }
  const std::size_t place = info.number == 0 ? steps_.size() : info.number - 1;
  const auto at = steps_.begin() + static_cast<std::ptrdiff_t>(std::min(place, steps_.size()));
  return *steps_.insert(at, {.id = info.id, .title = info.title});
}

void LiveState::begin_step(const engine::StepInfo& step, MonoTime now) {
  LiveStep& begun = step_of(step);
  begun.title = step.title;
  begun.attempt = step.attempt;
  if (begun.stage != LiveStage::Running) {
    begun.stage = LiveStage::Running;
    begun.began = now;
  }
  current_ = step.id;
}

void LiveState::end_step(const engine::StepInfo& step, engine::Outcome::Kind kind, Duration took) {
  LiveStep& ended = step_of(step);
  ended.stage = stage_of(kind);
  ended.took = took;
}

void LiveState::skip_step(const engine::StepInfo& step) {
  step_of(step).stage = LiveStage::Skipped;
}

void LiveState::begin_undo(const engine::StepInfo& step, MonoTime now) {
  LiveStep& begun = step_of(step);
  begun.stage = LiveStage::Undoing;
  begun.began = now;
  current_ = step.id;
}

void LiveState::end_undo(const engine::StepInfo& step, bool undone, MonoTime now) {
  LiveStep& ended = step_of(step);
  ended.stage = undone ? LiveStage::Undone : LiveStage::Failed;
  ended.took = now - ended.began;
}

void LiveState::change(const engine::ObjectChange& change) {
  LiveStep* step = find(change.step);
  if (step == nullptr) {
    return;
  }
  LiveObject& object = object_in(*step, change.object);
  object.stage = stage_of(change.state);
  object.note = change.verb + (change.error.empty() ? "" : ": " + change.error);
}

void LiveState::note(const engine::StepInfo& step, const std::string& text) {
  LiveStep* found = find(step.id);
  if (found == nullptr) {
    return;
  }
  for (LiveObject& object : found->objects) {
    if (mentions(text, object.name)) {
      object.note = text;
    }
  }
}

void LiveState::wait(const engine::WaitState& state, MonoTime now) {
  wait_ = LiveWait{.state = state, .told = now};
}

const LiveStep* LiveState::current() const {
  const auto found = std::ranges::find(steps_, current_, &LiveStep::id);
  return found == steps_.end() ? nullptr : &*found;
}

std::size_t LiveState::wanted() const {
  return steps_.size() -
         static_cast<std::size_t>(std::ranges::count(steps_, LiveStage::Skipped, &LiveStep::stage));
}

std::size_t LiveState::done() const {
  return static_cast<std::size_t>(std::ranges::count(steps_, LiveStage::Done, &LiveStep::stage));
}

std::optional<Duration> LiveState::to_go(MonoTime now) const {
  Duration left{};
  for (const LiveStep& step : steps_) {
    const bool pending = step.stage == LiveStage::Pending;
    if (!pending && !step.under_way()) {
      continue;
    }
    if (!step.estimate || step.stage == LiveStage::Undoing) {
      return std::nullopt;
    }
    Duration rest = *step.estimate - (pending ? Duration::zero() : now - step.began);
    if (!pending && wait_ && wait_->state.estimate) {
      rest = std::max(rest, *wait_->state.estimate - (now - wait_->told));
    }
    left += std::max(rest, Duration::zero());
  }
  return left;
}

}  // namespace cfkops::cli
