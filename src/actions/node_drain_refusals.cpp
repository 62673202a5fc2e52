// What keeps a drain from beginning.
#include "cluster_view.hpp"
#include "node_drain.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace cfkops::actions {

namespace {

void refuse_pods(const DrainRequest& request, std::vector<std::string>& reasons) {
  for (const DrainPod& one : request.pods) {
    for (const std::string& why : one.refusals) {
      reasons.push_back(fmt::format("pod {}: {}", one.name(), why));
    }
  }
}

void refuse_budgets(const placement::Disruption& budgets, std::vector<std::string>& reasons) {
  for (const placement::BudgetUse& use : budgets.budgets) {
    if (use.never) {
      reasons.push_back(fmt::format("{}; {}, then start again", line_of(use), kNeverHelps));
    }
  }
  reasons.insert(reasons.end(), budgets.refused.begin(), budgets.refused.end());
}

void refuse_kafka(const DrainRequest& request,
                  const placement::Forecast& fits,
                  std::vector<std::string>& reasons) {
  reasons.insert(reasons.end(), request.kafka.strays.begin(), request.kafka.strays.end());
  for (const KafkaShare& share : request.kafka.shares) {
    if (!share.roll.unfinished.empty()) {
      reasons.push_back(fmt::format("Kafka {}/{} is not moved: {}",
                                    share.cluster.target.ns,
                                    share.cluster.target.name,
                                    share.roll.unfinished));
    }
  }
  for (const placement::Placement& one : fits.pods) {
    const bool kafka = std::ranges::any_of(request.pods, [&one](const DrainPod& pod) {
      return pod.wave == Wave::Kafka && pod.pod.ns() == one.ns && pod.pod.name() == one.pod;
    });
    if (kafka && one.verdict == placement::Verdict::No) {
      reasons.push_back(fmt::format(
          "pod {}/{}: {}; a Kafka process that is stopped must come back: make room for it on "
          "another node (no parameter permits it), then start again",
          one.ns,
          one.pod,
          fit_text(one)));
    }
  }
}

}  // namespace

std::vector<std::string> refusals_of(const DrainRequest& request,
                                     const placement::Disruption& budgets,
                                     const placement::Forecast& fits) {
  std::vector<std::string> reasons;
  refuse_pods(request, reasons);
  refuse_budgets(budgets, reasons);
  refuse_kafka(request, fits, reasons);
  return reasons;
}

Result<placement::Disruption> read_disruption(kube::Reader& reader, const DrainRequest& request) {
  std::vector<Json> going;
  for (const DrainPod& one : request.pods) {
    if (one.fate == PodFate::Goes) {
      going.push_back(one.pod.json());
    }
  }
  CFKOPS_ASSIGN(const std::vector<Json> budgets, budgets_for(reader, going));
  return placement::disruption(going, budgets, 1);
}

Result<placement::Forecast> read_forecast(kube::Reader& reader, const DrainRequest& request) {
  CFKOPS_ASSIGN(const placement::View view, read_view(reader));
  return placement::drain(view, request.node.name());
}

std::vector<std::string> doubts_of(const DrainRequest& request,
                                   const placement::Forecast& fits,
                                   const std::string& blind) {
  std::vector<std::string> doubts;
  for (const DrainPod& one : request.wave(Wave::Kafka)) {
    if (one.fate != PodFate::Goes) {
      continue;
    }
    const auto fit = std::ranges::find_if(fits.pods, [&one](const placement::Placement& at) {
      return at.ns == one.pod.ns() && at.pod == one.pod.name();
    });
    const bool told = fit != fits.pods.end();
    if (told && fit->verdict != placement::Verdict::Unknown) {
      continue;
    }
    const std::string why = told ? base::join(fit->why, "; ") : blind;
    doubts.push_back(
        fmt::format("pod {}: whether it fits on another node cannot be told{}; a Kafka process "
                    "that is stopped must come back",
                    one.name(),
                    why.empty() ? "" : ": " + why));
  }
  return doubts;
}

}  // namespace cfkops::actions
