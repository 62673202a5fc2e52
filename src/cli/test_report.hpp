#pragma once

#include "cfkops/rehearse/runbook_test.hpp"

#include <span>
#include <string>
#include <vector>

namespace cfkops::cli {

/// The tests of one file, as they went. Of one that cannot be read, or whose runbook cannot, there
/// is `broken`.
struct TestedFile {
  std::string path;  ///< as it was named
  std::string runbook;
  std::vector<rehearse::RunbookTestResult> tests = {};
  std::string broken = {};                ///< that none of its tests was run, in a line
  std::vector<std::string> reasons = {};  ///< why not: errors and findings, as they are shown
};

/// How many tests passed and failed; a broken file counts as one that failed.
struct TestCounts {
  std::size_t passed = 0;
  std::size_t failed = 0;
};

[[nodiscard]] TestCounts count(std::span<const TestedFile> files);

// The report in its forms; docs/runbook-tests.md has the records.
[[nodiscard]] std::string test_text(std::span<const TestedFile> files);
[[nodiscard]] std::string test_json(std::span<const TestedFile> files);
[[nodiscard]] std::string test_junit(std::span<const TestedFile> files);

}  // namespace cfkops::cli
