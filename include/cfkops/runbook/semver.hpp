#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// A version by semver.org: "1.2.3-rc.1+build".
struct Semver {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t patch = 0;
  std::vector<std::string> prerelease;  ///< its dot-separated parts
  std::string build;                    ///< what stands behind "+"

  /// Reads a version as it must be: no leading "v", no missing parts. Nothing where it is none.
  [[nodiscard]] static std::optional<Semver> parse(std::string_view text);

  /// Reads what people write, too: "v1.2" is 1.2.0, "01.02.03" is 1.2.3. Nothing where even that
  /// gives none.
  [[nodiscard]] static std::optional<Semver> parse_loosely(std::string_view text);

  /// "1.2.3-rc.1+build"
  [[nodiscard]] std::string text() const;

  /// Precedence: builds do not count, a pre-release comes before its release.
  friend std::strong_ordering operator<=>(const Semver& a, const Semver& b);

  friend bool operator==(const Semver& a, const Semver& b) { return std::is_eq(a <=> b); }
};

}  // namespace cfkops::runbook
