#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

/// How bad a finding is; an Error keeps the runbook from running.
enum class Severity { Error, Warning, Info };

/// One finding about a runbook file.
struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;     ///< stable: "CFK-S001"
  std::string message;  ///< what is wrong, naming the thing
  std::string remedy;   ///< what to write instead
  SourcePos pos;
  int length = 1;  ///< characters to underline

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// "file:line:column: error: message [CFK-S001]", the source line, a caret line under the span
/// (right with tabs and wide characters), and the remedy. `source` is the whole file.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, std::string_view source);

/// An expression's or YAML reader's error as a finding.
[[nodiscard]] Diagnostic to_diagnostic(const Error& error, std::string code);

}  // namespace cfkops::runbook
