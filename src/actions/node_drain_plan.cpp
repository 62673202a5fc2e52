#include "cluster_view.hpp"
#include "node_drain.hpp"
#include "node_schedule.hpp"
#include "owner.hpp"
#include "pod_start.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

constexpr std::int64_t kUsualGrace = 30;  // seconds, where a pod does not say

/// All that a plan looks at besides the request, read once.
struct Sight {
  placement::Disruption budgets = {};
  DrainFits fits = {};
};

Result<Sight> look(kube::Reader& reader, const DrainRequest& request) {
  Sight sight;
  CFKOPS_ASSIGN(sight.budgets, read_disruption(reader, request));
  CFKOPS_ASSIGN(sight.fits, read_fits(reader, request));
  return sight;
}

std::vector<std::string> lines_of(const DrainPod& one, const Sight& sight) {
  std::vector<std::string> lines = {fmt::format("~ wave: {}", to_string(one.wave))};
  for (const std::string& note : one.notes) {
    lines.push_back("- " + note);
  }
  for (const Json& volume : one.pod.json().items("/spec/volumes")) {
    const std::string claim = volume.string_or("/persistentVolumeClaim/claimName", "");
    const auto local = sight.fits.local.find(one.pod.ns() + "/" + claim);
    if (!claim.empty() && local != sight.fits.local.end()) {
      lines.push_back(
          fmt::format("~ its volume {} is on this node and cannot move with it", local->second));
    }
  }
  if (const placement::Placement* fit = sight.fits.of(one)) {
    lines.push_back("~ elsewhere: " + fit_text(*fit));
  }
  return lines;
}

/// A budget that says no now may say yes when the time comes: it is waited for.
void ask_server(kube::Reader& reader, const DrainPod& one, engine::PlannedChange& change) {
  const Status tried = reader.dry_run_evict(one.pod.ns(), one.pod.name(), one.pod.uid());
  if (tried) {
    change.verdict = "accepted";
    return;
  }
  const bool waits = may_heal(tried.error());
  change.refused = !waits;
  change.verdict = (waits ? "not now: " : "refused: ") + tried.error().text();
}

engine::PlannedChange change_of(kube::Reader& reader, const DrainPod& one, const Sight& sight) {
  engine::PlannedChange change{.verb = "evict",
                               .object = one.pod.text(),
                               .uid = one.pod.uid(),
                               .diff = lines_of(one, sight),
                               .verdict = {}};
  if (!one.refusals.empty()) {
    change.refused = true;
    change.verdict = "refused: " + base::join(one.refusals, "; ");
  } else if (one.fate == PodFate::Going) {
    change.verdict = "on its way out already: waited for";
  } else {
    ask_server(reader, one, change);
  }
  return change;
}

/// In how many turns one budget makes these go, at most.
std::int64_t rounds_of(const std::vector<DrainPod>& pods, const placement::Disruption& budgets) {
  std::int64_t most = 1;
  for (const placement::BudgetUse& use : budgets.budgets) {
    if (std::ranges::none_of(pods,
                             [&use](const DrainPod& one) { return one.pod.ns() == use.ns; })) {
      continue;
    }
    const std::int64_t at_once = std::max<std::int64_t>(1, use.allowed);
    const auto covered = static_cast<std::int64_t>(use.pods);
    most = std::max(most, (covered + at_once - 1) / at_once);
  }
  return most;
}

/// The time for a wave at most: all end at once, or one budget has them go in turns.
std::optional<Duration> time_of(const std::vector<DrainPod>& pods, std::int64_t rounds) {
  Duration grace{};
  Duration start{};
  for (const DrainPod& one : pods) {
    const std::int64_t own =
        one.pod.json().int_or("/spec/terminationGracePeriodSeconds", kUsualGrace);
    grace = std::max<Duration>(grace, std::chrono::seconds(own));
    const std::optional<Duration> took = start_up(one.pod);
    if (rounds > 1 && !took) {
      return std::nullopt;
    }
    start = std::max(start, took.value_or(Duration::zero()));
  }
  return pods.empty() ? Duration::zero() : rounds * grace + (rounds - 1) * start;
}

void plan_wave(kube::Reader& reader,
               const DrainRequest& request,
               Wave wave,
               const Sight& sight,
               engine::StepPlan& plan) {
  const std::vector<DrainPod> pods = request.wave(wave);
  for (const DrainPod& one : pods) {
    plan.changes.push_back(change_of(reader, one, sight));
  }
  const auto time = time_of(pods, rounds_of(pods, sight.budgets));
  plan.estimate = plan.estimate && time ? std::optional(*plan.estimate + *time) : std::nullopt;
  const auto again = std::ranges::count(pods, true, &DrainPod::made_again);
  const auto say = [&plan, wave](std::ptrdiff_t number, const char* what) {
    if (number > 0) {
      plan.disruption.push_back(fmt::format(
          "{}: {}", base::counted(number, fmt::format("{} pod", to_string(wave))), what));
    }
  };
  say(again, "down until made again elsewhere");
  say(std::ssize(pods) - again, "gone for good: ended, or made again by nobody");
}

template <class T>
void append(std::vector<T>& into, const std::vector<T>& more) {
  into.insert(into.end(), more.begin(), more.end());
}

Status plan_kafka(const engine::Context& context,
                  kube::Reader& reader,
                  const DrainRequest& request,
                  const Sight& sight,
                  engine::StepPlan& plan) {
  for (const KafkaShare& share : request.kafka.shares) {
    plan.locks.push_back(share.lock());
    if (!share.roll.note.empty()) {
      plan.notes.push_back(share.roll.note);
    }
    CFKOPS_ASSIGN(engine::StepPlan part, plan_roll(context, reader, request.roll_of(share)));
    for (engine::PlannedChange& change : part.changes) {
      const auto pod = std::ranges::find_if(
          request.pods, [&change](const DrainPod& one) { return one.pod.text() == change.object; });
      if (pod != request.pods.end()) {
        append(change.diff, lines_of(*pod, sight));
      }
    }
    append(plan.changes, part.changes);
    append(plan.notes, part.notes);
    append(plan.disruption, part.disruption);
    append(plan.permissions, part.permissions);
    plan.estimate = plan.estimate && part.estimate ? std::optional(*plan.estimate + *part.estimate)
                                                   : std::nullopt;
  }
  return {};
}

/// Pods that fit nowhere keep Kafka from moving: it waits until they are Ready.
void tell_homeless(const DrainRequest& request,
                   const Sight& sight,
                   std::vector<std::string>& notes) {
  std::vector<std::string> homeless;
  for (const placement::Placement& one : sight.fits.forecast.pods) {
    const bool goes = std::ranges::any_of(request.pods, [&one](const DrainPod& pod) {
      return pod.wave != Wave::Kafka && pod.fate != PodFate::Stays && pod.pod.ns() == one.ns &&
             pod.pod.name() == one.pod;
    });
    if (goes && one.verdict == placement::Verdict::No) {
      homeless.push_back(one.ns + "/" + one.pod);
    }
  }
  if (!homeless.empty() && !request.wave(Wave::Kafka).empty()) {
    notes.push_back(fmt::format(
        "Kafka is not moved before these are Ready elsewhere, and now they fit nowhere: "
        "{}; there must be room for them by then",
        base::enumerate(homeless)));
  }
}

/// Who stays, what the budgets together allow, and in which order it goes.
std::vector<std::string> notes_of(const DrainRequest& request,
                                  const Sight& sight,
                                  bool comes_first) {
  std::vector<std::string> notes;
  notes.push_back(
      request.node.text() +
      (is_cordoned(request.node)
           ? " is cordoned " + whose_cordon(request.node)
           : " is not cordoned now" +
                 std::string(comes_first ? "" : ": a step before this one must do it")));
  notes.emplace_back(
      "order: stateless pods, then stateful ones, as many at once as their budgets allow; then "
      "Kafka, one process at a time");
  for (const placement::BudgetUse& use : sight.budgets.budgets) {
    const bool turns =
        static_cast<std::int64_t>(use.pods) > use.allowed && use.verdict == placement::Verdict::Yes;
    notes.push_back(line_of(use) +
                    (turns ? ": the others wait until those are back elsewhere" : ""));
  }
  for (const DrainPod& one : request.pods) {
    if (one.fate == PodFate::Stays && one.refusals.empty()) {
      notes.push_back(fmt::format("stays: pod {}, {}", one.name(), one.why));
    }
  }
  tell_homeless(request, sight, notes);
  if (!sight.fits.blind.empty()) {
    notes.push_back("where the pods fit cannot be told: " + sight.fits.blind);
  }
  return notes;
}

std::vector<kube::AccessQuestion> permissions_of(const DrainRequest& request) {
  const auto ask = [](const char* verb,
                      const kube::Resource& resource,
                      const std::string& ns = "",
                      const std::string& name = "",
                      const char* sub = "") {
    return kube::AccessQuestion{
        .verb = verb, .resource = resource, .subresource = sub, .ns = ns, .name = name};
  };
  const kube::Resource& pods = kube::resources::pods();
  const kube::Resource& budgets = kube::resources::pod_disruption_budgets();
  std::vector<kube::AccessQuestion> questions = {
      ask("get", kube::resources::nodes(), "", request.node.name()),
      ask("list", pods),
      ask("watch", pods),
      ask("list", budgets),
      ask("watch", budgets)};
  if (!request.wave(Wave::Kafka).empty()) {
    for (const kube::Resource& resource : view_resources()) {
      questions.push_back(ask("list", resource));
    }
  }
  std::set<std::string> namespaces;
  std::set<std::string> sets;
  std::set<std::string> makers;  ///< namespaces of ReplicaSets
  for (const DrainPod& one : request.pods) {
    const std::string kind = controller_of(one.pod).string_or("/kind", "");
    if (one.fate != PodFate::Stays) {
      namespaces.insert(one.pod.ns());
    }
    if (kind == "DaemonSet" || kind == "StatefulSet") {
      sets.insert(kind + "/" + one.pod.ns());
    }
    if (one.fate != PodFate::Stays && kind == "ReplicaSet") {
      makers.insert(one.pod.ns());
    }
  }
  for (const std::string& ns : namespaces) {
    questions.push_back(ask("get", pods, ns));
    questions.push_back(ask("create", pods, ns, "", "eviction"));
  }
  for (const std::string& ns : makers) {
    questions.push_back(ask("get", kube::resources::replica_sets(), ns));
  }
  for (const std::string& one : sets) {
    const bool daemons = one.starts_with("DaemonSet/");
    const std::string ns = one.substr(one.find('/') + 1);
    questions.push_back(daemons ? ask("get", kube::resources::daemon_sets(), ns)
                                : ask("list", kube::resources::stateful_sets(), ns));
    if (!daemons) {
      questions.push_back(ask("get", kube::resources::stateful_sets(), ns));
    }
  }
  return questions;
}

/// Something that keeps the step from being taken, about no pod alone.
void tell_change(const std::string& verdict, engine::StepPlan& plan) {
  plan.changes.push_back(
      {.verb = "evict", .object = "", .uid = "", .diff = {}, .verdict = verdict, .refused = true});
}

/// What is not about one pod that is shown anyway.
void tell_refusals(const DrainRequest& request, const Sight& sight, engine::StepPlan& plan) {
  std::vector<std::string> reasons = refusals_of(request, sight.budgets, sight.fits);
  for (const DrainPod& one : request.pods) {
    if (one.fate == PodFate::Stays) {
      continue;
    }
    std::erase_if(reasons, [&one](const std::string& why) {
      return !one.refusals.empty() && why.starts_with("pod " + one.name() + ": ");
    });
  }
  for (const std::string& why : reasons) {
    tell_change("refused: " + why, plan);
  }
  for (const std::string& why : doubts_of(request, sight.fits)) {
    tell_change("unknown: " + why, plan);
  }
}

}  // namespace

Result<engine::StepPlan> plan_drain(const engine::Context& context,
                                    kube::Reader& reader,
                                    const DrainRequest& request) {
  CFKOPS_ASSIGN(const Sight sight, look(reader, request));
  engine::StepPlan plan;
  plan.estimate = Duration::zero();
  plan.notes = notes_of(request, sight, context.comes_first);
  plan.permissions = permissions_of(request);
  if (context.comes_first && !is_cordoned(request.node)) {
    const Error why = not_cordoned(request.node);
    tell_change("refused: " + why.message + "; " + why.hint, plan);
  }
  tell_refusals(request, sight, plan);
  plan_wave(reader, request, Wave::Stateless, sight, plan);
  plan_wave(reader, request, Wave::Stateful, sight, plan);
  CFKOPS_TRY(plan_kafka(context, reader, request, sight, plan));
  if (!plan.estimate) {
    plan.notes.emplace_back(
        "how long it takes is not known: not every pod tells how long its start took");
  }
  plan.ordered_by_state = true;
  plan.undo = "none: a pod that is gone does not come back to the node";
  return plan;
}

}  // namespace cfkops::actions
