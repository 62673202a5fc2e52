// Any bytes as a written procedure: what is drafted of it is a runbook that loads, is in the house
// form, and has no comment for lint that lint does not need.

#include "runbook/test_specs.hpp"

#include "cfkops/authoring/import.hpp"
#include "cfkops/base/check.hpp"
#include "cfkops/runbook/format.hpp"
#include "cfkops/runbook/lint.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer names it
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cfkops;  // NOLINT(google-build-using-namespace): a test's only function
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto drafts = authoring::import_sop(
      text, {.file = "it.md", .section = {}, .owner = {}}, runbook::test_specs());
  if (!drafts) {
    return 0;
  }
  for (const authoring::Draft& draft : *drafts) {
    const auto report =
        runbook::lint(draft.text, "x.yaml", runbook::test_specs(), runbook::Profile::Ci);
    CFKOPS_CHECK(report.runbook.has_value());
    CFKOPS_CHECK(std::none_of(report.findings.begin(), report.findings.end(), [](const auto& one) {
      return one.code == "CFK-I001";
    }));
    const auto formatted = runbook::format_runbook(draft.text, "x.yaml");
    CFKOPS_CHECK(formatted && *formatted == draft.text);
  }
  return 0;
}
