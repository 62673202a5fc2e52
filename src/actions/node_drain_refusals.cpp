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

/// The volumes that are on the node itself, by the claims that they are bound to.
std::map<std::string, std::string> local_volumes(const placement::View& view) {
  std::map<std::string, std::string> local;
  for (const Json& volume : view.volumes) {
    if (volume.has("/spec/local") || volume.has("/spec/hostPath")) {
      local[volume.string_or("/spec/claimRef/namespace", "") + "/" +
            volume.string_or("/spec/claimRef/name", "")] = volume.string_or("/metadata/name", "");
    }
  }
  return local;
}

void refuse_kafka(const DrainRequest& request,
                  const DrainFits& fits,
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
  for (const placement::Placement& one : fits.forecast.pods) {
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
                                     const DrainFits& fits) {
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

const placement::Placement* DrainFits::of(const DrainPod& one) const {
  const auto found = std::ranges::find_if(forecast.pods, [&one](const placement::Placement& at) {
    return at.ns == one.pod.ns() && at.pod == one.pod.name();
  });
  return found == forecast.pods.end() ? nullptr : &*found;
}

Result<DrainFits> read_fits(kube::Reader& reader, const DrainRequest& request) {
  DrainFits fits;
  const auto view = read_view(reader);
  if (view) {
    fits.forecast = placement::drain(*view, request.node.name());
    fits.local = local_volumes(*view);
  } else if (view.error().code == ErrorCode::Cancelled) {
    return view.error();
  } else {
    fits.blind = view.error().text();
  }
  return fits;
}

std::vector<std::string> doubts_of(const DrainRequest& request, const DrainFits& fits) {
  std::vector<std::string> doubts;
  for (const DrainPod& one : request.wave(Wave::Kafka)) {
    if (one.fate != PodFate::Goes) {
      continue;
    }
    const placement::Placement* fit = fits.of(one);
    if (fit != nullptr && fit->verdict != placement::Verdict::Unknown) {
      continue;
    }
    const std::string why = fit == nullptr ? fits.blind : base::join(fit->why, "; ");
    doubts.push_back(
        fmt::format("pod {}: whether it fits on another node cannot be told{}; a Kafka process "
                    "that is stopped must come back",
                    one.name(),
                    why.empty() ? "" : ": " + why));
  }
  return doubts;
}

}  // namespace cfkops::actions
