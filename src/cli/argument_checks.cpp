#include "argument_checks.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/quantity.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/engine/lock.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace cfkops::cli {

Result<Duration> duration_of(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return base::parse_duration(digits ? text + "s" : text);
}

std::string duration_error(const std::string& text) {
  const auto parsed = duration_of(text);
  return parsed ? std::string() : parsed.error().message;
}

std::string lock_lease_error(const std::string& text) {
  const auto parsed = base::parse_duration(text);
  if (!parsed) {
    return parsed.error().message;
  }
  return *parsed < engine::kShortestLease || *parsed % engine::kLeaseUnit != Duration::zero()
             ? "a lock holds for whole seconds, 3s or more"
             : "";
}

std::string size_error(const std::string& text) {
  const auto size = base::Quantity::parse(text);
  return size && size->nanos >= base::Int128{1'000'000'000} * (1 << 20)
             ? ""
             : "'" + text + "' is no size of 1Mi or more: write 200Mi or 2Gi";
}

std::string moment_error(const std::string& text) {
  const auto parsed = base::parse_rfc3339(text);
  return parsed ? std::string() : parsed.error().message;
}

std::string seed_error(const std::string& text) {
  std::uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, seed);
  return failure == std::errc() && rest == end
             ? ""
             : "'" + text + "' is no seed: take a whole number from 0 to 18446744073709551615";
}

std::string reason_error(const std::string& text) {
  return base::trim(text).empty() ? "a reason is needed; the log keeps it" : "";
}

std::string interval_error(const std::string& text) {
  const auto parsed = duration_of(text);
  if (!parsed) {
    return parsed.error().message;
  }
  return *parsed < std::chrono::seconds(1) ? "'" + text + "' is less than a second: take 10s" : "";
}

std::string validity_error(const std::string& text) {
  const auto parsed = base::parse_duration(text);
  if (!parsed) {
    return parsed.error().message;
  }
  return *parsed > Duration::zero() ? "" : "'" + text + "' is no time at all, take 24h";
}

}  // namespace cfkops::cli
