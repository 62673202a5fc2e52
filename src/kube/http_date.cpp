#include "http_date.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace cfkops::kube {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  const std::vector<std::string> words = base::split(text, ' ');
  if (words.size() != 6 || words[5] != "GMT") {
    return std::nullopt;
  }
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), words[2]);
  if (month == kMonths.end()) {
    return std::nullopt;
  }
  const auto time = base::parse_rfc3339(
      fmt::format("{}-{:02}-{}T{}Z", words[3], month - kMonths.begin() + 1, words[1], words[4]));
  return time ? std::optional<WallTime>(*time) : std::nullopt;
}

}  // namespace cfkops::kube
