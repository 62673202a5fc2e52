// What the mark of a roll means to the next one, and what this one does with its own.
#include "kafka_roll.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace cfkops::actions {

namespace {

using namespace std::chrono_literals;

constexpr Duration kLasts = 24h;

/// How far the clock of who began the roll may be ahead of ours.
constexpr Duration kSkew = 1h;

std::string roll_text(const RollMark& mark) {
  return base::printable(fmt::format("the roll of run {}{}, begun {}",
                                     mark.run,
                                     mark.who.empty() ? "" : " (" + mark.who + ")",
                                     base::format_rfc3339_seconds(mark.begun)));
}

const std::string& revision_of(const KafkaCluster& cluster, const std::string& pod) {
  const bool controls =
      std::ranges::find(cluster.controller_pods, pod) != cluster.controller_pods.end();
  return controls ? cluster.controller_revision : cluster.broker_revision;
}

/// The pod that had this uid is gone, or going, and its successor is what it should be. Where the
/// revision is not known it is restarted once more: that harms nobody.
bool was_restarted(const KafkaCluster& cluster,
                   const RollMembers& members,
                   const std::string& pod,
                   const std::string& uid) {
  const kafka::Member* member = members.find(pod);
  if (member == nullptr || member->object.deleting()) {
    return true;
  }
  const std::string& wanted = revision_of(cluster, pod);
  return member->uid != uid && !wanted.empty() && member->revision == wanted &&
         kube::pod_stuck(member->object).empty();
}

bool was_evicted(const RollRequest& request, const std::string& pod) {
  return std::ranges::find(request.evicted, pod, &EvictedPod::pod) != request.evicted.end();
}

/// Of all processes that the roll is about, what was there before it.
RollMark new_mark(const RollRequest& request,
                  const RollMembers& members,
                  const engine::Context& context,
                  WallTime now) {
  RollMark mark{.run = context.run_id,
                .who = context.who,
                .begun = std::chrono::floor<std::chrono::seconds>(now),
                .roles = request.roles};
  for (const std::string& pod : pods_of(request.cluster, request.roles)) {
    const kafka::Member* member = members.find(pod);
    mark.pods[pod] = member == nullptr ? "" : member->uid;
  }
  for (const EvictedPod& gone : request.evicted) {
    if (mark.pods.contains(gone.pod)) {
      mark.pods[gone.pod] = gone.uid;
    }
  }
  return mark;
}

bool is_of_these(const RollMark& mark, const RollRequest& request) {
  std::set<std::string> asked;
  for (std::string& pod : pods_of(request.cluster, request.roles)) {
    asked.insert(std::move(pod));
  }
  return mark.roles == request.roles && mark.pods.size() == asked.size() &&
         std::ranges::all_of(mark.pods, [&](const auto& one) { return asked.contains(one.first); });
}

/// Why a mark tells nothing any more; "" where it does.
std::string why_stale(const RollMark& mark, WallTime now) {
  if (mark.begun > now + kSkew) {
    return roll_text(mark) + ", lies in the future by that";
  }
  if (now - mark.begun > kLasts) {
    return roll_text(mark) + ", is not finished, but older than a day";
  }
  return "";
}

/// Why a mark that can be read is not followed; "" where it is.
std::string why_not(const RollMark& mark, const RollRequest& request, WallTime now) {
  if (!is_of_these(mark, request)) {
    return fmt::format("{}, is not finished, but about other processes ({})",
                       roll_text(mark),
                       to_string(mark.roles));
  }
  return why_stale(mark, now);
}

std::string unreadable_text(const KafkaCluster& cluster, const FoundMark& found) {
  return base::printable("the mark in " + mark_text(cluster) +
                         " cannot be read: " + found.unreadable);
}

std::vector<std::string> restarted_by(const RollMark& mark,
                                      const KafkaCluster& cluster,
                                      const RollMembers& members) {
  std::vector<std::string> pods;
  for (const auto& [pod, uid] : mark.pods) {
    if (was_restarted(cluster, members, pod, uid)) {
      pods.push_back(pod);
    }
  }
  return pods;
}

/// "kafka-0 and kafka-1 were restarted by the roll of run …: " and what follows from that.
std::string restarted_text(const std::vector<std::string>& pods,
                           const RollMark& mark,
                           const char* therefore) {
  return pods.empty() ? ""
                      : fmt::format("{} {} restarted by {}: {}",
                                    base::enumerate(pods, 20),
                                    pods.size() == 1 ? "was" : "were",
                                    roll_text(mark),
                                    therefore);
}

/// Without its own mark a run that has evicted cannot tell which pods it had planned, nor who
/// restarted others since.
std::string why_lost(const RollRequest& request, const engine::Context& context) {
  const std::string place = mark_text(request.cluster);
  if (request.evicted.empty()) {
    return "";
  }
  if (!request.mark || !request.mark->mark) {
    return place +
           ", the mark of this roll, is gone: what is left to restart is for a new run to say";
  }
  const RollMark& mark = *request.mark->mark;
  return mark.run == context.run_id
             ? ""
             : fmt::format(
                   "{} now tells of {}: what is left to restart is for that run, or for a "
                   "new one",
                   place,
                   roll_text(mark));
}

}  // namespace

MarkView view_mark(const RollRequest& request,
                   const RollMembers& members,
                   const engine::Context& context,
                   WallTime now) {
  MarkView view{.wanted = new_mark(request, members, context, now),
                .lost = why_lost(request, context)};
  constexpr const char* kNot = ": it is not followed";
  if (!request.mark) {
    return view;
  }
  if (!request.mark->mark) {
    view.note = unreadable_text(request.cluster, *request.mark) + kNot;
    return view;
  }
  const RollMark& mark = *request.mark->mark;
  const bool own = mark.run == context.run_id;
  if (const std::string why = why_not(mark, request, now);
      !why.empty() && !(own && is_of_these(mark, request))) {
    view.note = why + kNot;
    return view;
  }
  std::vector<std::string> restarted = restarted_by(mark, request.cluster, members);
  if (restarted.size() == mark.pods.size() && request.evicted.empty()) {
    view.note = roll_text(mark) + ", has restarted all of them" + kNot;
    return view;
  }
  std::erase_if(restarted, [&](const std::string& pod) { return was_evicted(request, pod); });
  if (request.restart_all && !own) {
    view.note = restarted_text(restarted, mark, "restarted again, because restart_all is true");
    return view;
  }
  view.follows = true;
  view.wanted.begun = mark.begun;
  view.wanted.pods = mark.pods;
  view.note = restarted_text(restarted, mark, "left out; restart_all=true restarts them too");
  view.left_out = std::move(restarted);
  return view;
}

ForeignRoll view_foreign(const FoundMark& found,
                         const KafkaCluster& cluster,
                         const RollMembers& members,
                         const std::string& run,
                         WallTime now) {
  constexpr const char* kNot = ": it does not count";
  if (!found.mark) {
    return {.unfinished = "", .note = unreadable_text(cluster, found) + kNot};
  }
  const RollMark& mark = *found.mark;
  if (mark.run == run) {
    return {};
  }
  if (const std::string why = why_stale(mark, now); !why.empty()) {
    return {.unfinished = "", .note = why + kNot};
  }
  const std::size_t done = restarted_by(mark, cluster, members).size();
  if (done == mark.pods.size()) {
    return {.unfinished = "", .note = roll_text(mark) + ", has restarted all of them" + kNot};
  }
  return {
      .unfinished = fmt::format(
          "{}, is not finished: {} of {} restarted, as {} tells; finish it first, with the same "
          "runbook or cfkops resume {}, or, where nobody will, delete that lease",
          roll_text(mark),
          done,
          mark.pods.size(),
          mark_text(cluster),
          base::printable(mark.run)),
      .note = ""};
}

void Roll::follow_mark(const RollMembers& members, RollOrder& order) {
  if (request_.moves) {
    return;
  }
  view_ = view_mark(request_, members, context_, client_.loop().clock().wall());
  mark_.want(view_.wanted, request_.mark);
  leave_out(view_.left_out, order);
  if (!view_.note.empty()) {
    context_.progress(view_.note);
  }
}

/// It stays where something is left to do that a new run can go on with.
void Roll::end_mark(engine::Outcome& outcome) {
  if (request_.moves) {
    return;
  }
  const bool done = outcome.kind == engine::Outcome::Kind::Done;
  const bool useless = !evicted_ && !doubted_ && !view_.follows;
  if (done || useless) {
    if (const Status removed = mark_.remove(); !removed) {
      context_.progress(fmt::format(
          "{} stays, which harms nobody: {}", mark_text(request_.cluster), removed.error().text()));
    }
  } else if (mark_.stands() && !rest_.empty()) {
    outcome.left.push_back(
        fmt::format("{} tells which are restarted: for a day a new run goes on with the others",
                    mark_text(request_.cluster)));
  }
}

}  // namespace cfkops::actions
