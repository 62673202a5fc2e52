#include "quota_room.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace cfkops::actions {

namespace {

using base::Int128;
using base::Quantity;

constexpr Int128 kOne = 1'000'000'000;
constexpr Int128 kHundred = 100;

/// Written as a text or as a number.
std::optional<Quantity> amount_of(const Json& value) {
  return Quantity::parse(value.is_string() ? value.string_or("", "") : value.dump());
}

QuotaAmounts amounts_at(const Json& json, const std::string& pointer) {
  QuotaAmounts amounts;
  for (const auto& [name, value] : json.members(pointer)) {
    if (const auto amount = amount_of(value)) {
      amounts[name] = amount->nanos;
    }
  }
  return amounts;
}

void add(QuotaAmounts& to, const QuotaAmounts& more) {
  for (const auto& [name, amount] : more) {
    to[name] += amount;
  }
}

void raise(QuotaAmounts& to, const QuotaAmounts& least) {
  for (const auto& [name, amount] : least) {
    to[name] = std::max(to[name], amount);
  }
}

/// What a pod says for all of its containers together.
QuotaAmounts own_amounts(const Json& pod, const std::string& which) {
  QuotaAmounts own = amounts_at(pod, "/spec/resources/" + which);
  std::erase_if(own, [](const auto& one) {
    return one.first != "cpu" && one.first != "memory" && !one.first.starts_with("hugepages-");
  });
  return own;
}

bool says_itself(const Json& pod) {
  return !own_amounts(pod, "requests").empty() || !own_amounts(pod, "limits").empty();
}

/// What a pod has altogether, `which` being "requests" or "limits": the greater of what runs and of
/// what starts, as the scheduler counts it, unless the pod itself says how much.
QuotaAmounts sum_of(const Json& pod, const std::string& which) {
  const std::string pointer = "/resources/" + which;
  QuotaAmounts running;
  for (const Json& container : pod.items("/spec/containers")) {
    add(running, amounts_at(container, pointer));
  }
  QuotaAmounts starting;
  QuotaAmounts sidecars;
  for (const Json& container : pod.items("/spec/initContainers")) {
    QuotaAmounts own = amounts_at(container, pointer);
    if (container.string_or("/restartPolicy", "") == "Always") {
      add(running, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      add(own, sidecars);
      raise(starting, own);
    }
  }
  raise(running, starting);
  for (const auto& [name, amount] : own_amounts(pod, which)) {
    running[name] = amount;
  }
  // What has no limit gets none by it.
  for (const auto& [name, amount] : amounts_at(pod, "/spec/overhead")) {
    if (which == "requests" || running.contains(name)) {
      running[name] += amount;
    }
  }
  return running;
}

/// The names under which quotas count an amount of this resource.
void count(QuotaAmounts& counted, const std::string& which, const QuotaAmounts& amounts) {
  for (const auto& [name, amount] : amounts) {
    const bool plain = name == "cpu" || name == "memory" || name == "ephemeral-storage";
    if (which == "requests" && (plain || name.starts_with("hugepages-"))) {
      counted[name] += amount;
    }
    if (which == "requests" || plain) {
      counted[fmt::format("{}.{}", which, name)] += amount;
    }
  }
}

void count_claims(QuotaAmounts& counted, const Json& pod) {
  for (const Json& volume : pod.items("/spec/volumes")) {
    const Json claim = volume.get("/ephemeral/volumeClaimTemplate/spec");
    if (!claim.is_object()) {
      continue;
    }
    const auto size = Quantity::parse(claim.string_or("/resources/requests/storage", "0"));
    const std::string storage_class = claim.string_or("/storageClassName", "");
    const auto count_as = [&](const std::string& before) {
      counted[before + "persistentvolumeclaims"] += kOne;
      counted[before + "requests.storage"] += size ? size->nanos : 0;
    };
    count_as("");
    if (!storage_class.empty()) {
      count_as(storage_class + ".storageclass.storage.k8s.io/");
    }
    counted["count/persistentvolumeclaims"] += kOne;
  }
}

bool asks_for_nothing(const Json& pod) {
  const auto all = [&pod](const std::string& member) {
    const std::vector<Json> containers = pod.items(member);
    return std::ranges::all_of(containers, [](const Json& container) {
      return container.members("/resources/requests").empty() &&
             container.members("/resources/limits").empty();
    });
  };
  return !says_itself(pod) && all("/spec/containers") && all("/spec/initContainers");
}

std::optional<bool> is_in(const std::string& scope, const Json& pod) {
  if (scope == "Terminating" || scope == "NotTerminating") {
    return pod.has("/spec/activeDeadlineSeconds") == (scope == "Terminating");
  }
  if (scope == "BestEffort" || scope == "NotBestEffort") {
    return asks_for_nothing(pod) == (scope == "BestEffort");
  }
  return std::nullopt;
}

std::optional<bool> is_in(const Json& expression, const Json& pod) {
  const std::string scope = expression.string_or("/scopeName", "");
  if (scope != "PriorityClass") {
    return is_in(scope, pod);
  }
  const std::string priority = pod.string_or("/spec/priorityClassName", "");
  const std::string op = expression.string_or("/operator", "");
  if (op == "Exists" || op == "DoesNotExist") {
    return priority.empty() == (op == "DoesNotExist");
  }
  const std::vector<std::string> values = expression.strings("/values");
  const bool named = std::ranges::find(values, priority) != values.end();
  return named == (op == "In");
}

/// For these each container has to say something, or the server refuses the pod.
constexpr std::array<std::string_view, 6> kMustBeSaid = {
    "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"};

bool says_all(const Json& pod, const std::string& resource) {
  const bool limit = resource.starts_with("limits.");
  const std::size_t dot = resource.find('.');
  const std::string pointer = std::string("/resources/") + (limit ? "limits/" : "requests/") +
                              resource.substr(dot == std::string::npos ? 0 : dot + 1);
  const auto says = [&pointer](const Json& container) { return container.has(pointer); };
  const std::vector<Json> containers = pod.items("/spec/containers");
  const std::vector<Json> starting = pod.items("/spec/initContainers");
  return std::ranges::all_of(containers, says) && std::ranges::all_of(starting, says);
}

/// What a quota wants to be told of every container, unless the pod says it for all, and is not.
std::vector<std::string> not_said(const kube::Object& quota, const Json& pod) {
  std::vector<std::string> names;
  if (says_itself(pod)) {
    return names;
  }
  for (const QuotaLine& line : lines_of(quota)) {
    const bool must = std::ranges::find(kMustBeSaid, line.resource) != kMustBeSaid.end();
    if (must && !says_all(pod, line.resource)) {
      names.push_back(line.resource);
    }
  }
  return names;
}

std::string shown(Int128 nanos, const Quantity& like) {
  const auto amount = Quantity::of_nanos(nanos, like.binary());
  return amount ? amount->text : "too much";
}

void judge(const kube::Object& quota, const QuotaAmounts& more, QuotaRoom& room) {
  const std::string name = "quota " + quota.ns() + "/" + quota.name();
  for (const QuotaLine& line : lines_of(quota)) {
    const auto found = more.find(line.resource);
    if (found == more.end() || found->second == 0) {
      continue;
    }
    if (!line.used) {
      room.doubts.push_back(fmt::format("{}: nobody has counted its {} yet", name, line.resource));
    } else if (line.used->nanos + found->second > line.hard.nanos) {
      room.too_small.push_back(fmt::format("{}: {}: {} more is needed, {} of {} are used",
                                           name,
                                           line.resource,
                                           shown(found->second, line.hard),
                                           line.used->text,
                                           line.hard.text));
    }
  }
}

}  // namespace

std::int64_t QuotaLine::percent() const {
  if (!used) {
    return 0;
  }
  if (hard.nanos == 0) {
    return static_cast<std::int64_t>(kHundred);
  }
  return static_cast<std::int64_t>((used->nanos * kHundred + hard.nanos - 1) / hard.nanos);
}

std::string QuotaLine::text() const {
  return used ? fmt::format("{}: {} of {} used ({} %)", resource, used->text, hard.text, percent())
              : fmt::format("{}: {}, not counted yet", resource, hard.text);
}

std::vector<QuotaLine> lines_of(const kube::Object& quota) {
  std::vector<QuotaLine> lines;
  const Json used = quota.json().get("/status/used");
  for (const auto& [name, value] : quota.json().members("/spec/hard")) {
    if (const auto hard = amount_of(value)) {
      lines.push_back({name, *hard, amount_of(used.get("/" + base::pointer_token(name)))});
    }
  }
  return lines;
}

QuotaAmounts quota_amounts(const Json& pod) {
  QuotaAmounts counted = {{"pods", kOne}, {"count/pods", kOne}};
  for (const std::string which : {"requests", "limits"}) {
    count(counted, which, sum_of(pod, which));
  }
  count_claims(counted, pod);
  return counted;
}

std::optional<bool> takes_pod(const kube::Object& quota, const Json& pod) {
  bool all = true;
  bool known = true;
  const auto take = [&](const std::optional<bool>& one) {
    all = all && one.value_or(true);
    known = known && one.has_value();
  };
  for (const std::string& scope : quota.json().strings("/spec/scopes")) {
    take(is_in(scope, pod));
  }
  for (const Json& expression : quota.json().items("/spec/scopeSelector/matchExpressions")) {
    take(is_in(expression, pod));
  }
  if (!all) {
    return false;
  }
  return known ? std::optional(true) : std::nullopt;
}

QuotaRoom room_for(const std::vector<kube::Object>& quotas, const QuotaAmounts& more) {
  QuotaRoom room;
  for (const kube::Object& quota : quotas) {
    judge(quota, more, room);
  }
  return room;
}

QuotaRoom quota_room(const std::vector<kube::Object>& quotas, const std::vector<Json>& pods) {
  QuotaRoom room;
  for (const kube::Object& quota : quotas) {
    QuotaAmounts more;
    bool known = true;
    for (const Json& pod : pods) {
      const auto takes = takes_pod(quota, pod);
      known = known && takes.has_value();
      if (takes.value_or(true)) {
        add(more, quota_amounts(pod));
      }
    }
    QuotaRoom one;
    judge(quota, more, one);
    if (!pods.empty() && takes_pod(quota, pods.front()).value_or(false)) {
      if (const auto missing = not_said(quota, pods.front()); !missing.empty()) {
        one.doubts.push_back(
            fmt::format("quota {}/{} wants every container to say its {}, and not "
                        "all do: only a LimitRange would let them in",
                        quota.ns(),
                        quota.name(),
                        base::enumerate(missing)));
      }
    }
    if (!known && !one.too_small.empty()) {
      room.doubts.push_back(fmt::format(
          "whether quota {}/{} counts these pods follows from a scope that is not judged",
          quota.ns(),
          quota.name()));
      continue;
    }
    room.too_small.insert(room.too_small.end(), one.too_small.begin(), one.too_small.end());
    room.doubts.insert(room.doubts.end(), one.doubts.begin(), one.doubts.end());
  }
  return room;
}

}  // namespace cfkops::actions
