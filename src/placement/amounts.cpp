#include "amounts.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace cfkops::placement {

namespace {

struct Suffix {
  std::string_view text;
  long double factor;
};

constexpr std::array<Suffix, 16> kSuffixes = {{
    {"", 1.0L},
    {"n", 1e-9L},
    {"u", 1e-6L},
    {"m", 1e-3L},
    {"k", 1e3L},
    {"M", 1e6L},
    {"G", 1e9L},
    {"T", 1e12L},
    {"P", 1e15L},
    {"E", 1e18L},
    {"Ki", 1024.0L},
    {"Mi", 1048576.0L},
    {"Gi", 1073741824.0L},
    {"Ti", 1099511627776.0L},
    {"Pi", 1125899906842624.0L},
    {"Ei", 1152921504606846976.0L},
}};

std::optional<long double> factor_of(std::string_view text) {
  for (const Suffix& suffix : kSuffixes) {
    if (text == suffix.text) {
      return suffix.factor;
    }
  }
  if (text.size() < 2 || (text.front() != 'e' && text.front() != 'E')) {
    return std::nullopt;
  }
  text.remove_prefix(text.at(1) == '+' ? 2 : 1);
  int exponent = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, exponent);
  if (error != std::errc() || stopped != end) {
    return std::nullopt;
  }
  return std::pow(10.0L, exponent);
}

/// Rounds up, but not because 0.1 has no exact form.
std::int64_t rounded_up(long double value) {
  constexpr long double kMost = 4e18L;
  const long double nearest = std::round(value);
  const long double close = std::max(1.0L, std::fabs(value)) * 1e-15L;
  const long double whole = std::fabs(value - nearest) <= close ? nearest : std::ceil(value);
  return static_cast<std::int64_t>(std::clamp(whole, -kMost, kMost));
}

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
  text = base::trim(text);
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  long double digits = 0;
  std::size_t count = 0;
  int after_point = 0;
  bool point = false;
  while (!text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'))) {
    if (text.front() == '.') {
      if (point) {
        return std::nullopt;
      }
      point = true;
    } else {
      digits = digits * 10 + static_cast<long double>(text.front() - '0');
      after_point += point ? 1 : 0;
      ++count;
    }
    text.remove_prefix(1);
  }
  const auto factor = factor_of(text);
  if (count == 0 || !factor) {
    return std::nullopt;
  }
  const long double value =
      digits * *factor * static_cast<long double>(scale) / std::pow(10.0L, after_point);
  return rounded_up(negative ? -value : value);
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
