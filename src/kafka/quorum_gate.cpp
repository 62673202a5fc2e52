// Whether the KRaft quorum is whole, and would survive without one voter. Pure.
//
// Property kept: a voter counts only if it answered, knows the same leader in the same epoch as all
// others that answered, and its log is within `max_lag` records of the leader's.

#include "findings.hpp"

#include "cfkops/kafka/gates.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

namespace cfkops::kafka {

namespace {

const ControllerGauges* leader_of(const ClusterGauges& gauges) {
  const ControllerGauges* leader = nullptr;
  for (const ControllerGauges& controller : gauges.controllers) {
    if (controller.answered() && controller.raft_state == "leader") {
      if (leader != nullptr) {
        return nullptr;
      }
      leader = &controller;
    }
  }
  return leader;
}

/// Records behind the leader; the readings are not of one instant, so a voter may seem ahead.
std::optional<std::int64_t> lag(const ControllerGauges& leader, const ControllerGauges& voter) {
  if (!leader.log_end_offset || !voter.log_end_offset) {
    return std::nullopt;
  }
  return std::max<std::int64_t>(0, *leader.log_end_offset - *voter.log_end_offset);
}

/// What is wrong with one voter beside `leader`.
void judge_voter(const ControllerGauges& leader,
                 const ControllerGauges& voter,
                 std::int64_t max_lag,
                 Findings& findings) {
  if (!voter.answered()) {
    findings.unknown(fmt::format("{} does not answer: {}", voter.pod, voter.silence));
    return;
  }
  if (voter.raft_state != "leader" && voter.raft_state != "follower") {
    findings.wrong(fmt::format(
        "{} is {}", voter.pod, voter.raft_state.empty() ? "of unknown state" : voter.raft_state));
    return;
  }
  if (!voter.leader_id || !voter.epoch || !leader.epoch) {
    findings.unknown(voter.pod + " does not tell which leader it follows");
    return;
  }
  if (*voter.leader_id < 0 || voter.leader_id != leader.leader_id || voter.epoch != leader.epoch) {
    findings.wrong(fmt::format("{} follows leader {} of epoch {}, not {} of {}",
                               voter.pod,
                               *voter.leader_id,
                               *voter.epoch,
                               leader.leader_id.value_or(-1),
                               *leader.epoch));
    return;
  }
  const auto behind = lag(leader, voter);
  if (!behind) {
    findings.unknown(voter.pod + " does not tell its log end");
  } else if (*behind > max_lag) {
    findings.wrong(fmt::format("{} is {} records behind the leader", voter.pod, *behind));
  }
}

/// Without one that leads; one that is silent may be it.
void judge_leaderless(const ClusterGauges& gauges, Findings& findings) {
  const bool all_answered = std::ranges::all_of(gauges.controllers, &ControllerGauges::answered);
  const auto leaders = std::ranges::count(
      gauges.controllers, std::string_view("leader"), &ControllerGauges::raft_state);
  if (all_answered || leaders > 1) {
    findings.wrong("there is not exactly one controller that leads the quorum");
  }
  for (const ControllerGauges& controller : gauges.controllers) {
    if (!controller.answered()) {
      findings.unknown(fmt::format("{} does not answer: {}", controller.pod, controller.silence));
    }
  }
}

/// Voters that we do not look at make every majority we count a guess.
void judge_count(const ClusterGauges& gauges, Findings& findings) {
  const auto looked_at = static_cast<std::int64_t>(gauges.controllers.size());
  for (const ControllerGauges& controller : gauges.controllers) {
    if (controller.voters && *controller.voters != looked_at) {
      findings.unknown(fmt::format("{} counts {} voters, but {} are looked at",
                                   controller.pod,
                                   *controller.voters,
                                   looked_at));
      return;
    }
  }
}

std::string summary_of(const ClusterGauges& gauges, const ControllerGauges* leader) {
  if (leader == nullptr) {
    const auto answered = std::ranges::count_if(gauges.controllers, &ControllerGauges::answered);
    return fmt::format(
        "no leader among {} of {} controllers that answer", answered, gauges.controllers.size());
  }
  return fmt::format("{} leads {} controllers in epoch {}",
                     leader->pod,
                     gauges.controllers.size(),
                     leader->epoch.value_or(-1));
}

}  // namespace

GateVerdict quorum_is_whole(const ClusterGauges& gauges, std::int64_t max_lag) {
  Findings findings;
  const ControllerGauges* leader = leader_of(gauges);
  if (gauges.controllers.empty()) {
    findings.unknown("there are no controllers to ask");
  } else if (leader == nullptr) {
    judge_leaderless(gauges, findings);
  } else {
    for (const ControllerGauges& controller : gauges.controllers) {
      judge_voter(*leader, controller, max_lag, findings);
    }
    judge_count(gauges, findings);
  }
  return std::move(findings).verdict(summary_of(gauges, leader));
}

GateVerdict may_stop_controller(const ClusterGauges& gauges,
                                const std::string& pod,
                                std::int64_t max_lag) {
  Findings findings;
  const ControllerGauges* leader = leader_of(gauges);
  if (leader == nullptr) {
    findings.unknown("there is not exactly one controller that leads the quorum");
    return std::move(findings).verdict(summary_of(gauges, leader));
  }
  judge_count(gauges, findings);
  const bool counted = findings.none();
  Findings others;
  std::size_t whole = 0;
  bool member = false;
  for (const ControllerGauges& controller : gauges.controllers) {
    if (controller.pod == pod) {
      member = true;
      continue;
    }
    Findings one;
    judge_voter(*leader, controller, max_lag, one);
    whole += one.none() ? 1U : 0U;
    judge_voter(*leader, controller, max_lag, others);
  }
  if (!member) {
    findings.unknown(pod + " is none of the controllers that were asked");
    return std::move(findings).verdict(summary_of(gauges, leader));
  }
  const std::size_t majority = gauges.controllers.size() / 2 + 1;
  const std::string summary = fmt::format("{} of {} voters would remain caught up, {} are needed",
                                          whole,
                                          gauges.controllers.size(),
                                          majority);
  if (whole >= majority) {
    return counted ? std::move(Findings()).verdict(summary) : std::move(findings).verdict(summary);
  }
  others.wrong(
      fmt::format("without {} only {} of the {} voters needed would remain", pod, whole, majority));
  return std::move(others).verdict(summary);
}

}  // namespace cfkops::kafka
