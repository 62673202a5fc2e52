#include "capacity_trend.hpp"

#include "capacity_count.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace cfkops::actions {

namespace {

using base::Int128;

constexpr Duration kLeast = std::chrono::hours(1);
constexpr double kSecondsOfDay = 86400;
constexpr double kMostDays = 36500;

/// A time as JSON has it or, `$time`, as the log of a run does.
std::optional<WallTime> time_of(const Json& value) {
  if (!value.is_object()) {
    const auto time = base::parse_rfc3339(value.string_or("", ""));
    return time ? std::optional(*time) : std::nullopt;
  }
  const std::string text = value.string_or("/$time", "");
  std::int64_t nanos = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), nanos);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(WallTime(Duration(nanos))) : std::nullopt;
}

std::optional<CapacitySample> sample_of(const Json& outputs) {
  const auto taken = time_of(outputs.get("/taken"));
  if (!taken || !outputs.get("/requests").is_object() || !outputs.has("/allocatable")) {
    return std::nullopt;
  }
  CapacitySample sample{.taken = *taken};
  for (const char* part : {"/requests", "/left_out"}) {
    for (const auto& [resource, value] : outputs.members(part)) {
      const auto amount =
          base::Quantity::parse(value.string_or(value.is_object() ? "/$quantity" : "", ""));
      if (!amount) {
        return std::nullopt;
      }
      sample.requests[resource] += amount->nanos;
    }
  }
  return sample;
}

/// How much more is asked for each day.
double growth_of(const CapacitySample& earlier, const CapacitySample& now, const std::string& of) {
  const auto then = earlier.requests.find(of);
  const auto today = now.requests.find(of);
  const double more = static_cast<double>((today == now.requests.end() ? 0 : today->second) -
                                          (then == earlier.requests.end() ? 0 : then->second));
  return more * kSecondsOfDay / base::in_seconds(now.taken - earlier.taken);
}

}  // namespace

Result<CapacitySample> read_sample(const base::Files& files, const std::string& file) {
  CFKOPS_ASSIGN(const std::string text, files.read(file, base::kMostFileBytes));
  std::optional<CapacitySample> newest;
  for (const std::string& line : base::split(text, '\n')) {
    if (line.find("\"allocatable\"") == std::string::npos) {
      continue;
    }
    const auto record = Json::parse(line);
    if (!record) {
      continue;  // the last line of a run that was killed
    }
    for (const char* where : {"/outputs", "/data/outputs"}) {
      if (auto sample = sample_of(record->get(where))) {
        newest = std::move(sample);
      }
    }
  }
  if (!newest) {
    return make_error(ErrorCode::InvalidInput,
                      file + " has no report of capacity.show",
                      "give the log of an earlier run, cfkops runs list names it, or what "
                      "cfkops run -o json printed");
  }
  return *std::move(newest);
}

CapacityTrend trend_of(const CapacitySample& earlier,
                       const CapacitySample& now,
                       const QuotaAmounts& allocatable) {
  CapacityTrend trend;
  if (now.taken - earlier.taken < kLeast) {
    trend.lines.push_back(
        fmt::format("the earlier report, of {}, is not an hour older than this one: how it goes on "
                    "cannot be told",
                    base::format_rfc3339_seconds(earlier.taken)));
    return trend;
  }
  trend.word = "steady";
  std::optional<double> least;
  for (const char* resource : kCounted) {
    const double growth = growth_of(earlier, now, resource);
    if (growth <= 0) {
      trend.lines.push_back(fmt::format("{}: no more is asked for than {} ago",
                                        resource,
                                        base::human_duration(now.taken - earlier.taken)));
      continue;
    }
    const auto whole = allocatable.find(resource);
    const auto taken = now.requests.find(resource);
    const double room = static_cast<double>(
        std::max<Int128>((whole == allocatable.end() ? 0 : whole->second) - taken->second, 0));
    const double days = std::min(std::floor(room / growth), kMostDays);
    least = std::min(least.value_or(days), days);
    trend.lines.push_back(fmt::format("{}: {} more a day; all of it is asked for in {}",
                                      resource,
                                      amount_text(resource, static_cast<Int128>(growth)),
                                      base::counted(static_cast<long long>(days), "day")));
  }
  if (least) {
    trend.word = "growing";
    trend.days = static_cast<std::int64_t>(*least);
  }
  return trend;
}

}  // namespace cfkops::actions
