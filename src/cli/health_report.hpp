#pragma once

#include "arguments.hpp"

#include "cfkops/health/report.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// A finding with the check that made it.
struct Found {
  const health::Check* check = nullptr;
  const health::Finding* finding = nullptr;
};

/// All findings of a report, the worst first. They borrow from it.
[[nodiscard]] std::vector<Found> worst_first(const health::Report& report);

/// What the checks of one group come to.
struct GroupCounts {
  std::string_view name;
  std::size_t pass = 0;
  std::size_t found = 0;
  std::size_t unknown = 0;
  std::optional<health::Severity> worst = {};  ///< of what was found
};

/// The groups of a report, in its order.
[[nodiscard]] std::vector<GroupCounts> groups(const health::Report& report);

/// The exit code that a look comes to: what was found counts before what could not be told.
[[nodiscard]] int health_code(const health::Report& report, health::Severity fail_on);

/// What `--fail-on` says.
[[nodiscard]] health::Severity fail_severity(const Arguments& arguments);

/// One screen first, then the findings with evidence and remedy, the worst first, then what is not
/// known.
[[nodiscard]] std::string health_text(const health::Report& report);

/// The same for a ticket.
[[nodiscard]] std::string health_markdown(const health::Report& report);

/// The same as one page without anything from elsewhere.
[[nodiscard]] std::string health_html(const health::Report& report);

/// A test suite: each check is a test case; what is at `fail_on` or worse fails, unknown is an
/// error.
[[nodiscard]] std::string health_junit(const health::Report& report, health::Severity fail_on);

}  // namespace cfkops::cli
