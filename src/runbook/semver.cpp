#include "cfkops/runbook/semver.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace cfkops::runbook {

namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kPartCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-";

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const bool plain = is_number(text) && (text.size() == 1 || !text.starts_with('0'));
  if (!plain || std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

/// The dot-separated parts of a pre-release or a build.
std::optional<std::vector<std::string>> read_parts(std::string_view text) {
  std::vector<std::string> parts = base::split(text, '.');
  const bool good = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return !part.empty() && part.find_first_not_of(kPartCharacters) == std::string::npos;
  });
  return good ? std::optional(std::move(parts)) : std::nullopt;
}

/// Numbers before words, numbers by value.
std::strong_ordering compare_parts(const std::string& a, const std::string& b) {
  const bool left = is_number(a);
  const bool right = is_number(b);
  if (left != right) {
    return left ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  if (left && a.size() != b.size()) {
    return a.size() <=> b.size();
  }
  return a <=> b;
}

std::strong_ordering compare_prereleases(const std::vector<std::string>& a,
                                         const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) {
    return b.size() <=> a.size();
  }
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const std::strong_ordering order = compare_parts(a[i], b[i]);
    if (std::is_neq(order)) {
      return order;
    }
  }
  return a.size() <=> b.size();
}

std::string without_zeros(std::string_view number) {
  const std::size_t first = std::min(number.find_first_not_of('0'), number.size() - 1);
  return std::string(number.substr(number.empty() ? 0 : first));
}

}  // namespace

std::optional<Semver> Semver::parse(std::string_view text) {
  Semver version;
  const std::size_t plus = text.find('+');
  if (plus != std::string_view::npos) {
    version.build = text.substr(plus + 1);
    if (!read_parts(version.build)) {
      return std::nullopt;
    }
    text = text.substr(0, plus);
  }
  const std::size_t minus = text.find('-');
  if (minus != std::string_view::npos) {
    auto parts = read_parts(text.substr(minus + 1));
    const bool good = parts && std::all_of(parts->begin(), parts->end(), [](const auto& part) {
                        return !is_number(part) || part.size() == 1 || !part.starts_with('0');
                      });
    if (!good) {
      return std::nullopt;
    }
    version.prerelease = *std::move(parts);
    text = text.substr(0, minus);
  }
  const std::vector<std::string> numbers = base::split(text, '.');
  if (numbers.size() != 3) {
    return std::nullopt;
  }
  const auto major = read_number(numbers[0]);
  const auto minor = read_number(numbers[1]);
  const auto patch = read_number(numbers[2]);
  if (!major || !minor || !patch) {
    return std::nullopt;
  }
  version.major = *major;
  version.minor = *minor;
  version.patch = *patch;
  return version;
}

std::optional<Semver> Semver::parse_loosely(std::string_view text) {
  if (text.starts_with('v')) {
    text.remove_prefix(1);
  }
  const std::size_t end = std::min(text.find_first_of("-+"), text.size());
  std::vector<std::string> numbers = base::split(text.substr(0, end), '.');
  if (numbers.size() > 3) {
    return std::nullopt;
  }
  for (std::string& number : numbers) {
    number = number.empty() ? number : without_zeros(number);
  }
  numbers.resize(3, "0");
  return parse(base::join(numbers, ".") + std::string(text.substr(end)));
}

std::string Semver::text() const {
  std::string text = fmt::format("{}.{}.{}", major, minor, patch);
  if (!prerelease.empty()) {
    text += "-" + base::join(prerelease, ".");
  }
  return build.empty() ? text : text + "+" + build;
}

std::strong_ordering operator<=>(const Semver& a, const Semver& b) {
  if (const auto order = a.major <=> b.major; std::is_neq(order)) {
    return order;
  }
  if (const auto order = a.minor <=> b.minor; std::is_neq(order)) {
    return order;
  }
  if (const auto order = a.patch <=> b.patch; std::is_neq(order)) {
    return order;
  }
  return compare_prereleases(a.prerelease, b.prerelease);
}

}  // namespace cfkops::runbook
