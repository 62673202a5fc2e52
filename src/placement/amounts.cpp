#include "amounts.hpp"

#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <limits>

namespace cfkops::placement {

namespace {

std::int64_t scale_of(std::string_view resource) {
  return resource == "cpu" ? 1000 : 1;
}

void add(Amounts& to, const Amounts& more) {
  for (const auto& [name, amount] : more) {
    std::int64_t& sum = to[name];
    // Saturates far above all that a node can have.
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;
    sum = std::min(kMost, sum + std::min(kMost, amount));
  }
}

void raise(Amounts& to, const Amounts& least) {
  for (const auto& [name, amount] : least) {
    std::int64_t& now = to[name];
    now = std::max(now, amount);
  }
}

/// A resize was asked for that the node cannot give: what containers have is all they get.
bool resize_is_infeasible(const Json& pod) {
  return std::ranges::any_of(pod.items("/status/conditions"), [](const Json& condition) {
    return condition.string_or("/type", "") == "PodResizePending" &&
           condition.string_or("/reason", "") == "Infeasible";
  });
}

/// What a running container was given, by its name.
Amounts given_to(const Json& pod, std::string_view list, const std::string& name, bool& bad) {
  Amounts given;
  for (const Json& status : pod.items(list)) {
    if (status.string_or("/name", "") == name) {
      raise(given, amounts_at(status, "/resources/requests", bad));
      raise(given, amounts_at(status, "/allocatedResources", bad));
    }
  }
  return given;
}

Amounts container_requests(
    const Json& pod, const Json& container, std::string_view statuses, bool resized, bool& bad) {
  Amounts wanted = amounts_at(container, "/resources/requests", bad);
  if (!resized) {
    return wanted;
  }
  Amounts given = given_to(pod, statuses, container.string_or("/name", ""), bad);
  if (!given.empty() && resize_is_infeasible(pod)) {
    return given;
  }
  raise(wanted, given);
  return wanted;
}

}  // namespace

std::optional<std::int64_t> quantity(std::string_view text, std::int64_t scale) {
  constexpr base::Int128 kUnit = 1'000'000'000;
  constexpr base::Int128 kMost = 4'000'000'000'000'000'000;
  const std::optional<base::Quantity> read = base::Quantity::parse(base::trim(text));
  if (!read) {
    return std::nullopt;
  }
  const base::Int128 scaled = read->nanos * scale;
  const base::Int128 whole = scaled / kUnit + (scaled % kUnit > 0 ? 1 : 0);
  return static_cast<std::int64_t>(std::clamp(whole, -kMost, kMost));
}

Amounts amounts_at(const Json& json, std::string_view pointer, bool& bad) {
  Amounts made;
  for (const auto& [name, value] : json.members(pointer)) {
    const std::string text = value.is_string() ? value.string_or("", "") : value.dump();
    const auto amount = quantity(text, scale_of(name));
    bad = bad || !amount;
    made.emplace(name, amount.value_or(0));
  }
  return made;
}

Amounts requests_of(const Json& pod, bool resized, bool& bad) {
  Amounts running;
  for (const Json& container : pod.items("/spec/containers")) {
    add(running, container_requests(pod, container, "/status/containerStatuses", resized, bad));
  }
  Amounts sidecars;
  Amounts starting;
  for (const Json& container : pod.items("/spec/initContainers")) {
    const Amounts wanted =
        container_requests(pod, container, "/status/initContainerStatuses", resized, bad);
    Amounts then = sidecars;
    add(then, wanted);
    if (container.string_or("/restartPolicy", "") == "Always") {
      add(running, wanted);
      sidecars = then;
    }
    raise(starting, then);
  }
  raise(running, starting);
  for (const auto& [name, amount] : amounts_at(pod, "/spec/resources/requests", bad)) {
    if (name == "cpu" || name == "memory" || name.starts_with("hugepages-")) {
      running.insert_or_assign(name, amount);
    }
  }
  add(running, amounts_at(pod, "/spec/overhead", bad));
  return running;
}

}  // namespace cfkops::placement
