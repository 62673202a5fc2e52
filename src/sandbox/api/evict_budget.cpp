#include "api/evict_budget.hpp"

#include "selector.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kGroup = "policy";
constexpr std::string_view kRefused =
    "Cannot evict pod as it would violate the pod's disruption budget.";

const Kind* budget_kind(const Registry& registry) {
  return registry.kinds().find(kGroup, "v1", "poddisruptionbudgets");
}

Refusal refused_by_budget(int retry_after, std::string why) {
  Refusal refusal = too_many_requests(kRefused, retry_after);
  Value cause = {{"reason", "DisruptionBudget"}, {"message", std::move(why)}};
  refusal.details = share({{"causes", Value::array({std::move(cause)})}});
  return refusal;
}

// Says that nothing is allowed any more.
void close_condition(Value& budget, const std::string& now) {
  Value& conditions = make_at(budget, {"status", "conditions"});
  if (!conditions.is_array()) {
    conditions = Value::array();
  }
  Value closed = {{"type", "DisruptionAllowed"},
                  {"status", "False"},
                  {"reason", "InsufficientPods"},
                  {"message", ""},
                  {"observedGeneration", number_at(budget, {"status", "observedGeneration"})},
                  {"lastTransitionTime", now}};
  const auto found = std::ranges::find_if(conditions, [](const Value& condition) {
    return text_at(condition, {"type"}) == "DisruptionAllowed";
  });
  if (found == conditions.end()) {
    conditions.push_back(std::move(closed));
    return;
  }
  if (text_at(*found, {"status"}) == "False") {
    closed["lastTransitionTime"] = text_at(*found, {"lastTransitionTime"}, now);
  }
  *found = std::move(closed);
}

Value spent(const Value& budget, const std::string& pod, const std::string& now) {
  Value fresh = budget;
  const std::int64_t left = number_at(budget, {"status", "disruptionsAllowed"}) - 1;
  make_at(fresh, {"status", "disruptionsAllowed"}) = left;
  make_at(fresh, {"status", "disruptedPods", pod}) = now;
  if (left == 0) {
    close_condition(fresh, now);
  }
  return fresh;
}

Answer<void> check_room(const Value& budget) {
  constexpr std::size_t kMostDisrupted = 2000;
  const std::string name = name_of(budget);
  if (number_at(budget, {"status", "observedGeneration"}) <
      number_at(budget, {"metadata", "generation"})) {
    return refuse(budget_unsettled(name));
  }
  const std::int64_t room = number_at(budget, {"status", "disruptionsAllowed"});
  if (room < 0) {
    return refuse(
        forbidden(kGroup, "poddisruptionbudget", name, "pdb disruptions allowed is negative"));
  }
  if (object_at(budget, {"status", "disruptedPods"}).size() > kMostDisrupted) {
    return refuse(forbidden(
        kGroup,
        "poddisruptionbudget",
        name,
        "DisruptedPods map too big - too many evictions not confirmed by PDB controller"));
  }
  if (room == 0) {
    return refuse(refused_by_budget(
        0,
        fmt::format("The disruption budget {} needs {} healthy pods and has {} currently",
                    name,
                    number_at(budget, {"status", "desiredHealthy"}),
                    number_at(budget, {"status", "currentHealthy"}))));
  }
  return {};
}

}  // namespace

std::vector<Shared> budgets_of(const Registry& registry, const Value& pod) {
  const Kind* kind = budget_kind(registry);
  if (kind == nullptr) {
    return {};
  }
  std::vector<Shared> budgets = registry.list(*kind, namespace_of(pod));
  std::erase_if(budgets, [&pod](const Shared& budget) {
    const auto selector = LabelSelector::of(find(*budget, {"spec", "selector"}));
    return !selector.matches(object_at(pod, {"metadata", "labels"}));
  });
  return budgets;
}

Refusal budget_unsettled(const std::string& budget) {
  constexpr int kRetryAfter = 10;
  return refused_by_budget(
      kRetryAfter,
      fmt::format("The disruption budget {} is still being processed by the server.", budget));
}

Answer<void> spend_disruption(Registry& registry,
                              const Shared& budget,
                              const std::string& pod,
                              bool dry_run) {
  if (auto checked = check_room(*budget); !checked || dry_run) {
    return checked;
  }
  WriteOptions options;
  options.caller.agent = "kube-apiserver/v1.34.4";
  options.subresource = "status";
  const auto spend = [&](const Shared& current) -> Answer<Value> {
    return spent(*current, pod, registry.timestamp());
  };
  const auto written = registry.update(
      *budget_kind(registry), namespace_of(*budget), name_of(*budget), spend, options);
  if (!written) {
    return refuse(written.error());
  }
  return {};
}

bool spares_unready(const Value& budget) {
  if (text_at(budget, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow") {
    return true;
  }
  const std::int64_t desired = number_at(budget, {"status", "desiredHealthy"});
  return desired > 0 && number_at(budget, {"status", "currentHealthy"}) >= desired;
}

}  // namespace cfkops::sandbox
