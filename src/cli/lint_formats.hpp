#pragma once

#include "cfkops/runbook/diagnostic.hpp"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::cli {

/// A file that was judged. One that could not be read has no text, and a finding that says so.
struct LintedFile {
  std::string path;  ///< as it was named
  std::string text;
  std::vector<runbook::Diagnostic> findings;
  bool found = true;  ///< there is such a file, or was when its folder was searched
};

// What lint found in some files, each form as docs/lint-rules.md says.
[[nodiscard]] std::string lint_text(std::span<const LintedFile> files);
[[nodiscard]] std::string lint_json(std::span<const LintedFile> files);
[[nodiscard]] std::string lint_github(std::span<const LintedFile> files);
[[nodiscard]] std::string lint_gitlab(std::span<const LintedFile> files);
[[nodiscard]] std::string lint_junit(std::span<const LintedFile> files);

/// The same as SARIF. `docs` is where the documentation is, for links to the pages of rules: a URI
/// without a slash at its end, or "" for none.
[[nodiscard]] std::string lint_sarif(std::span<const LintedFile> files, const std::string& docs);

/// The message with the remedy behind it.
[[nodiscard]] std::string full_message(const runbook::Diagnostic& finding);

/// The path as a repository knows it: without a leading "./".
[[nodiscard]] std::string repository_path(std::string_view path);

/// What a finding is known by when lines have moved: a hash of file, rule and the text of
/// its line, and of how many of the same stand before it. In the order of the findings.
[[nodiscard]] std::vector<std::string> fingerprints(const LintedFile& file);

}  // namespace cfkops::cli
