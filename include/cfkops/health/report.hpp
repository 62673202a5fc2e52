#pragma once

#include "cfkops/health/catalogue.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::health {

/// All that is to be told of one look at a cluster.
struct Report {
  std::string server = {};
  std::string scope = {};  ///< "all namespaces" or "namespace confluent"
  Profile profile = Profile::Full;
  WallTime at = {};
  bool by_server_clock = false;
  Duration took = {};
  std::uint64_t requests = 0;
  std::size_t nodes = 0;  ///< that were looked at; ditto
  std::size_t pods = 0;
  bool compared = false;         ///< with a baseline
  std::size_t known_before = 0;  ///< findings left out because the baseline has them
  std::size_t gone_since = 0;    ///< of the baseline, that are not found any more
  std::vector<Answer> results = {};

  /// The worst that was found, or nothing.
  [[nodiscard]] std::optional<Severity> worst() const;
  [[nodiscard]] std::size_t count(Severity severity) const;
  [[nodiscard]] std::size_t count(Verdict verdict) const;

  /// "not healthy: 1 critical, 2 warnings", "healthy", "not known: 3 checks could not be judged"
  [[nodiscard]] std::string verdict_line() const;
};

/// The report of a snapshot; who asked fills in server, scope, took and requests.
[[nodiscard]] Report assess(const Snapshot& snapshot, const Selection& selection);

/// What is known already: the findings of an earlier report.
struct Baseline {
  /// One of them.
  struct Known {
    std::string check;
    std::string object;
    std::string field;
    std::string value;
    Severity severity = Severity::Info;
  };

  std::string server;
  std::string scope;  ///< as in a Report
  std::vector<Known> findings;
};

/// Reads the findings of a report that `json_of` made. Errors: InvalidInput.
[[nodiscard]] Result<Baseline> read_baseline(std::string_view text);

/// Leaves out what the baseline has, and counts it: for each of its findings one of the same check,
/// object and field that is no worse, the same value first. What it has of what was judged
/// now, of the same scope, and was not found counts as gone.
void leave_out(Report& report, const Baseline& baseline);

/// One record: docs/health.md says its members.
[[nodiscard]] Json json_of(const Report& report);

}  // namespace cfkops::health
