#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// How bad a finding is.
enum class Severity {
  Error,    ///< it fails, does harm, or cannot be run
  Warning,  ///< it will hurt somebody some day
  Info,     ///< worth knowing; never fails a build
};

/// "error", "warning" or "info".
[[nodiscard]] std::string_view to_string(Severity severity);

/// A change to a file: its bytes from `begin` up to `end` replaced by `text`.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;

  friend bool operator==(const Edit&, const Edit&) = default;
};

/// One finding about a runbook file.
struct Diagnostic {
  std::string code;     ///< stable: "CFK-S001"
  std::string message;  ///< what is wrong, naming the thing
  std::string remedy;   ///< what to write instead
  SourcePos pos;
  int length = 1;  ///< characters to underline
  Severity severity = Severity::Error;
  std::vector<Edit> edits = {};  ///< what mends it without a person; nothing: that takes one

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// "file:line:column: error: message [CFK-S001]", the source line, a caret line under the span
/// (right with tabs and wide characters), and the remedy. Of a long line it shows what is around
/// the span. `source` is the whole file.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view source);

/// The same of each finding; cheaper than one by one.
[[nodiscard]] std::vector<std::string> render(std::span<const Diagnostic> findings,
                                              std::string_view source);

/// An expression's or YAML reader's error as a finding.
[[nodiscard]] Diagnostic to_diagnostic(const Error& error, std::string code);

/// Puts findings in the order of the file.
void sort_by_place(std::vector<Diagnostic>& findings);

/// The file with the findings mended that can be without a person. Of changes that overlap the
/// first one counts.
[[nodiscard]] std::string mended(std::string_view text, const std::vector<Diagnostic>& findings);

}  // namespace cfkops::runbook
