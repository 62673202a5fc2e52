#include "fault_injector.hpp"

#include "cfkops/base/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace cfkops::sandbox {

namespace {

std::string for_how_long(const Fault& fault) {
  return fault.lasting == Duration::zero() ? " for good"
                                           : " for " + base::format_duration(fault.lasting);
}

bool is_in(const std::string& ns, const KafkaModel& model) {
  return ns.empty() || ns == model.spec().ns;
}

}  // namespace

PodTarget pod_target(const Fault& fault, const FaultRequest* asked) {
  if (!fault.target.empty()) {
    return {fault.ns, fault.target};
  }
  if (asked != nullptr && asked->plural == "pods" && !asked->name.empty()) {
    return {asked->ns, asked->name};
  }
  return {};
}

void FaultInjector::happen(const Fault& fault, const FaultRequest* asked) {
  switch (fault.kind) {
    case FaultKind::SlowServer:
      return slow_down(fault);
    case FaultKind::ServerAway:
      return go_away(fault);
    case FaultKind::WatchLost:
    case FaultKind::WatchExpired:
      return end_watches(fault);
    case FaultKind::NodeLost:
      return lose_node(fault, asked);
    case FaultKind::PodNeverReady:
    case FaultKind::ImagePullFails:
      return doom_pod(fault, asked);
    case FaultKind::BrokerNeverCatchesUp:
    case FaultKind::DiskFull:
      return harm_broker(fault, asked);
    case FaultKind::ControllerFailover:
      return fail_over(fault);
    case FaultKind::ClockJump:
      return jump(fault);
    case FaultKind::BudgetCloses:
      return close_budgets(fault, asked);
    case FaultKind::RequestRefused:
    case FaultKind::RequestLost:
    case FaultKind::AnswerLost:
    case FaultKind::RequestTimeout:
    case FaultKind::Kill:
      return;
  }
}

void FaultInjector::slow_down(const Fault& fault) {
  slow_.push_back({fault.lasting_each, end_of(fault)});
  note(fault,
       fmt::format("each answer takes {} more{}",
                   base::format_duration(fault.lasting_each),
                   for_how_long(fault)));
}

void FaultInjector::go_away(const Fault& fault) {
  away_until_ = std::max(away_until_.value_or(now()), end_of(fault));
  sites_.end_watches(false);
  note(fault, "API server away" + for_how_long(fault));
}

void FaultInjector::end_watches(const Fault& fault) {
  const bool expired = fault.kind == FaultKind::WatchExpired;
  sites_.end_watches(expired);
  if (expired) {
    sites_.registry.store().compact(sites_.registry.store().revision());
  }
  note(fault, expired ? "all watches ended in 410, older revisions forgotten" : "all watches lost");
}

void FaultInjector::jump(const Fault& fault) {
  sites_.registry.timeline().shift_wall(fault.lasting);
  note(fault, "calendar jumped by " + base::format_duration(fault.lasting));
}

void FaultInjector::fail_over(const Fault& fault) {
  for (const std::shared_ptr<KafkaModel>& model : sites_.kafka) {
    const std::string pod = is_in(fault.ns, *model) ? model->fail_over() : std::string();
    if (!pod.empty()) {
      note(fault, pod + " lost the leadership of the controllers");
    }
  }
}

void FaultInjector::harm_broker(const Fault& fault, const FaultRequest* asked) {
  const PodTarget target = pod_target(fault, asked);
  const auto found =
      std::ranges::find_if(sites_.kafka, [&](const std::shared_ptr<KafkaModel>& model) {
        return is_in(target.ns, *model) && model->node(target.name) != nullptr;
      });
  if (found == sites_.kafka.end()) {
    return;
  }
  const std::shared_ptr<KafkaModel>& model = *found;
  if (fault.kind == FaultKind::DiskFull) {
    model->fill_disk(target.name);
    note(fault, "log directory of " + target.name + " failed, its disk is full");
    return;
  }
  model->never_catch_up(target.name, true);
  note(fault,
       fmt::format("replicas of {} stay behind once they are{}", target.name, for_how_long(fault)));
  if (fault.lasting > Duration::zero()) {
    later(fault.lasting, [model, pod = target.name](FaultInjector& /*self*/) {
      model->never_catch_up(pod, false);
    });
  }
}

}  // namespace cfkops::sandbox
