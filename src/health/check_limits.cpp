#include "checks.hpp"
#include "facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::health {

namespace {

/// Amounts by the name of their resource, in thousand-millionths.
using Amounts = std::map<std::string, double>;

/// What a container asks for, or a pod's all together.
struct Wish {
  std::string who;  ///< "container kafka", "the pod"
  Amounts requests = {};
  Amounts limits = {};
};

Amounts amounts_at(const Json& json, std::string_view pointer) {
  Amounts amounts;
  for (const auto& [name, value] : json.members(pointer)) {
    if (const auto amount = amount_at(json, below(pointer, name))) {
      amounts.emplace(name, *amount);
    }
  }
  return amounts;
}

using Ranges = std::vector<const Json*>;  ///< of one namespace

/// Of that type, each with the name of its limit range.
std::vector<std::pair<std::string, Json>> limits_of(const Ranges& ranges, std::string_view type) {
  std::vector<std::pair<std::string, Json>> limits;
  for (const Json* range : ranges) {
    for (const Json& limit : range->items("/spec/limits")) {
      if (limit.string_or("/type", "") == type) {
        limits.emplace_back(name_of("limitrange", *range), limit);
      }
    }
  }
  return limits;
}

/// As the API server completes it: what is missing of requests is what the limits say, then what
/// the limit ranges have for who says nothing.
Wish wish_of(const Json& container, const Ranges& ranges) {
  Wish wish{.who = "container " + container.string_or("/name", ""),
            .requests = amounts_at(container, "/resources/requests"),
            .limits = amounts_at(container, "/resources/limits")};
  wish.requests.insert(wish.limits.begin(), wish.limits.end());
  for (const auto& [range, limit] : limits_of(ranges, "Container")) {
    const Amounts requests = amounts_at(limit, "/defaultRequest");
    const Amounts limits = amounts_at(limit, "/default");
    wish.requests.insert(requests.begin(), requests.end());
    wish.limits.insert(limits.begin(), limits.end());
  }
  return wish;
}

void add_amounts(const Amounts& more, Amounts& sum) {
  for (const auto& [name, amount] : more) {
    sum[name] += amount;
  }
}

void raise_to(const Amounts& least, Amounts& amounts) {
  for (const auto& [name, amount] : least) {
    amounts[name] = std::max(amounts[name], amount);
  }
}

/// The wishes of a template's containers, and then that of a pod made from it.
std::vector<Wish> wishes_of(const Json& workload, const Ranges& ranges) {
  std::vector<Wish> wishes;
  Wish pod{.who = "the pod"};
  for (const Json& container : workload.items("/spec/template/spec/containers")) {
    wishes.push_back(wish_of(container, ranges));
    add_amounts(wishes.back().requests, pod.requests);
    add_amounts(wishes.back().limits, pod.limits);
  }
  for (const Json& container : workload.items("/spec/template/spec/initContainers")) {
    wishes.push_back(wish_of(container, ranges));
    const bool stays = container.string_or("/restartPolicy", "") == "Always";
    const auto count = stays ? add_amounts : raise_to;
    count(wishes.back().requests, pod.requests);
    count(wishes.back().limits, pod.limits);
  }
  wishes.push_back(std::move(pod));
  return wishes;
}

std::optional<double> amount_of(const Amounts& amounts, const std::string& name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? std::nullopt : std::optional(found->second);
}

/// What the bound has against it, in the words of what is asked for; or "".
std::string too_little(const Wish& wish, const std::string& name, double least) {
  const auto request = amount_of(wish.requests, name);
  const auto limit = amount_of(wish.limits, name);
  if (!request) {
    return "requests none";
  }
  return *request < least                ? "requests less"
         : limit.value_or(least) < least ? "is limited to less"
                                         : "";
}

std::string too_much(const Wish& wish, const std::string& name, double most) {
  const auto limit = amount_of(wish.limits, name);
  if (!limit) {
    return "has no limit";
  }
  return *limit > most                                          ? "is limited to more"
         : amount_of(wish.requests, name).value_or(most) > most ? "requests more"
                                                                : "";
}

std::string too_wide(const Wish& wish, const std::string& name, double ratio) {
  constexpr double kOne = 1e9;
  const double request = amount_of(wish.requests, name).value_or(0);
  const double limit = amount_of(wish.limits, name).value_or(0);
  if (request == 0 || limit == 0) {
    return "has no request or no limit";
  }
  return limit / request * kOne > ratio ? "has a limit further above its request" : "";
}

struct Bound {
  std::string_view member;  ///< of a limit
  std::string_view words;
  std::string (*judge)(const Wish& wish, const std::string& name, double bound);
};

constexpr std::array<Bound, 3> kBounds = {{
    {"min", "at least", too_little},
    {"max", "at most", too_much},
    {"maxLimitRequestRatio", "a limit of at most so many times the request:", too_wide},
}};

/// What the limit would refuse the wish for.
void hold(const std::string& range,
          const Json& limit,
          const Wish& wish,
          Judgement& judgement,
          const std::string& object) {
  for (const Bound& bound : kBounds) {
    const std::string at = fmt::format("/{}", bound.member);
    for (const auto& [name, amount] : amounts_at(limit, at)) {
      const std::string fault = bound.judge(wish, name, amount);
      if (fault.empty()) {
        continue;
      }
      const Json value = limit.get(below(at, name));
      const std::string text = value.is_number() ? value.dump() : value.string_or("", "");
      judgement.found.push_back(
          {Severity::Fail,
           object,
           fmt::format("its next pod would be refused: {} wants {} {} of {}, and {} {}",
                       range,
                       bound.words,
                       text,
                       name,
                       wish.who,
                       fault),
           fmt::format(
               "{} spec.limits[{}].{}.{}", range, limit.string_or("/type", ""), bound.member, name),
           text});
    }
  }
}

void judge_workload(const std::string& object,
                    const Json& workload,
                    const Ranges& ranges,
                    Judgement& judgement) {
  std::vector<Wish> wishes = wishes_of(workload, ranges);
  for (const auto& [range, limit] : limits_of(ranges, "Pod")) {
    hold(range, limit, wishes.back(), judgement, object);
  }
  wishes.pop_back();
  for (const auto& [range, limit] : limits_of(ranges, "Container")) {
    for (const Wish& wish : wishes) {
      hold(range, limit, wish, judgement, object);
    }
  }
}

Judgement limit_ranges(const Snapshot& snapshot) {
  Judgement judgement;
  std::map<std::string, Ranges> by_namespace;
  for (const Json& range : snapshot.of(Part::LimitRanges)) {
    by_namespace[range.string_or("/metadata/namespace", "")].push_back(&range);
  }
  judgement.nothing_there = by_namespace.empty();
  for (const auto& [part, word] : {std::pair{Part::StatefulSets, "statefulset"},
                                   std::pair{Part::Deployments, "deployment"},
                                   std::pair{Part::DaemonSets, "daemonset"}}) {
    for (const Json& workload : snapshot.of(part)) {
      const auto ranges = by_namespace.find(workload.string_or("/metadata/namespace", ""));
      if (ranges != by_namespace.end() && workload.int_or("/spec/replicas", 1) > 0) {
        judge_workload(name_of(word, workload), workload, ranges->second, judgement);
      }
    }
  }
  return judgement;
}

constexpr std::array<Check, 1> kChecks = {{
    {"B07",
     "Would limit ranges let each workload make its pods again?",
     Severity::Fail,
     false,
     Parts(Part::LimitRanges, Part::StatefulSets, Part::Deployments, Part::DaemonSets),
     "widen the limit range, or set requests and limits within it, before a pod is lost",
     limit_ranges},
}};

}  // namespace

std::span<const Check> limit_checks() {
  return kChecks;
}

}  // namespace cfkops::health
