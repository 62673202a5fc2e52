// Any bytes as a runbook: lint judges them, shows what it found and mends what it can. What it
// mends must be judged as well.

#include "runbook/test_specs.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/runbook/lint.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cfkops;  // NOLINT(google-build-using-namespace): a test's only function
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto report =
      runbook::lint(text, "x.yaml", runbook::test_specs(), runbook::Profile::Production);
  CFKOPS_CHECK(report.findings.size() <= 2 * runbook::kMostFindings);
  for (const std::string& shown : runbook::render(report.findings, text)) {
    CFKOPS_CHECK(!shown.empty());
  }
  const std::string better = runbook::mended(text, report.findings);
  if (better != text) {
    const auto again =
        runbook::lint(better, "x.yaml", runbook::test_specs(), runbook::Profile::Production);
    CFKOPS_CHECK(again.findings.size() <= 2 * runbook::kMostFindings);
  }
  return 0;
}
