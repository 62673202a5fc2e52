#include "tidy.hpp"

#include "cfkops/runbook/diagnostic.hpp"
#include "cfkops/runbook/format.hpp"
#include "cfkops/runbook/lint.hpp"

#include <utility>
#include <vector>

namespace cfkops::authoring {

std::string tidied(std::string text, std::span<const runbook::ActionSpec> specs) {
  static constexpr std::string_view kUnusedIgnore = "CFK-I001";
  runbook::LintReport report = runbook::lint(text, "draft", specs, runbook::Profile::Ci);
  std::erase_if(report.findings,
                [](const runbook::Diagnostic& finding) { return finding.code != kUnusedIgnore; });
  text = runbook::mended(text, report.findings);
  auto formatted = runbook::format_runbook(text, "draft");
  return formatted ? *std::move(formatted) : text;
}

}  // namespace cfkops::authoring
