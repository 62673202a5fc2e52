#include "cfkops/placement/disruption.hpp"

#include "cfkops/placement/selectors.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace cfkops::placement {
namespace {

struct Budget {
  std::string ns;
  std::string name;
  LabelSelector selector;
  bool always_unhealthy = false;
  std::int64_t allowed = 0;
  std::int64_t healthy = 0;
  std::int64_t desired = 0;
  std::int64_t expected = 0;
  bool fresh = false;
  std::string failing;  ///< why the controller cannot judge it, or ""

  [[nodiscard]] bool covers(const std::string& in, const Labels& labels) const {
    return in == ns && selector.matches(labels);
  }
};

/// The message of the condition DisruptionAllowed where the controller failed to sync.
std::string sync_failure(const Json& json) {
  for (const Json& condition : json.items("/status/conditions")) {
    if (condition.string_or("/type", "") == "DisruptionAllowed" &&
        condition.string_or("/reason", "") == "SyncFailed") {
      return condition.string_or("/message", "its controller cannot judge it");
    }
  }
  return {};
}

Budget read_budget(const Json& json) {
  return {
      .ns = json.string_or("/metadata/namespace", ""),
      .name = json.string_or("/metadata/name", ""),
      .selector = LabelSelector::of(json.get("/spec/selector")),
      .always_unhealthy = json.string_or("/spec/unhealthyPodEvictionPolicy", "") == "AlwaysAllow",
      .allowed = json.int_or("/status/disruptionsAllowed", 0),
      .healthy = json.int_or("/status/currentHealthy", 0),
      .desired = json.int_or("/status/desiredHealthy", 0),
      .expected = json.int_or("/status/expectedPods", 0),
      .fresh =
          json.has("/status/observedGeneration") &&
          json.int_or("/status/observedGeneration", 0) >= json.int_or("/metadata/generation", 0),
      .failing = sync_failure(json)};
}

bool goes_unasked(const Json& pod) {
  const std::string phase = pod.string_or("/status/phase", "");
  return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
         pod.has("/metadata/deletionTimestamp");
}

bool is_ready(const Json& pod) {
  const std::vector<Json> conditions = pod.items("/status/conditions");
  return std::any_of(conditions.begin(), conditions.end(), [](const Json& condition) {
    return condition.string_or("/type", "") == "Ready" &&
           condition.string_or("/status", "") == "True";
  });
}

/// Needs no room of its budget although it runs.
bool goes_unhealthy(const Json& pod, const Budget& budget) {
  return !is_ready(pod) &&
         (budget.always_unhealthy || (budget.healthy >= budget.desired && budget.desired > 0));
}

BudgetUse judge(const Budget& budget, std::size_t pods, std::size_t at_once) {
  BudgetUse use{.ns = budget.ns,
                .name = budget.name,
                .pods = pods,
                .allowed = budget.allowed,
                .verdict = Verdict::Yes,
                .never = false,
                .why = {}};
  if (pods == 0) {
    return use;
  }
  const auto wanted = static_cast<std::int64_t>(at_once == 0 ? pods : std::min(pods, at_once));
  if (!budget.fresh) {
    use.verdict = Verdict::Unknown;
    use.why = "its status is older than its spec";
  } else if (!budget.failing.empty()) {
    use.verdict = Verdict::Unknown;
    use.why = budget.failing;
  } else if (budget.allowed < wanted) {
    use.verdict = Verdict::No;
    const std::int64_t at_best = std::max<std::int64_t>(0, budget.expected - budget.desired);
    use.never = at_best < wanted;
    use.why = "it allows " + std::to_string(budget.allowed) + " now, " + std::to_string(wanted) +
              " would go (" + std::to_string(budget.healthy) + " of " +
              std::to_string(budget.expected) + " pods healthy, " + std::to_string(budget.desired) +
              " must stay)";
    if (use.never) {
      use.why += "; with all healthy it would allow no more than " + std::to_string(at_best);
    }
  }
  return use;
}

Verdict worse(Verdict a, Verdict b) {
  if (a == Verdict::No || b == Verdict::No) {
    return Verdict::No;
  }
  return a == Verdict::Unknown || b == Verdict::Unknown ? Verdict::Unknown : Verdict::Yes;
}

}  // namespace

Disruption disruption(const std::vector<Json>& going,
                      const std::vector<Json>& budgets,
                      std::size_t at_once) {
  std::vector<Budget> known;
  known.reserve(budgets.size());
  for (const Json& json : budgets) {
    known.push_back(read_budget(json));
  }
  std::ranges::sort(known, {}, [](const Budget& one) { return std::pair(one.ns, one.name); });
  std::vector<std::optional<std::size_t>> counted(known.size());
  Disruption all{.verdict = Verdict::Yes, .budgets = {}, .refused = {}};
  for (const Json& pod : going) {
    if (goes_unasked(pod)) {
      continue;
    }
    const std::string ns = pod.string_or("/metadata/namespace", "");
    const Labels labels = labels_of(pod);
    std::vector<std::size_t> covering;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (known[i].covers(ns, labels)) {
        covering.push_back(i);
      }
    }
    if (covering.size() > 1) {
      all.refused.push_back(ns + "/" + pod.string_or("/metadata/name", "") +
                            ": the API server refuses to evict a pod of more than one budget (" +
                            known[covering[0]].name + ", " + known[covering[1]].name + ")");
      all.verdict = Verdict::No;
    }
    for (const std::size_t i : covering) {
      counted[i] = counted[i].value_or(0) + (goes_unhealthy(pod, known[i]) ? 0 : 1);
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (counted[i]) {
      all.budgets.push_back(judge(known[i], *counted[i], at_once));
      all.verdict = worse(all.verdict, all.budgets.back().verdict);
    }
  }
  return all;
}

}  // namespace cfkops::placement
