#pragma once

#include "audit_trust.hpp"

#include "cfkops/base/json.hpp"

#include <string>

namespace cfkops::cli {

/// What a change board files of a run: who, what, when, plan, approvals, steps, changes, checks,
/// undo, verdict, and what its log is worth; as docs/cli.md has it.
[[nodiscard]] Json exported(const CheckedLog& log);

/// The same, `exported`, as a document.
[[nodiscard]] std::string to_markdown(const Json& run);

/// Likewise as a table with one event a row (RFC 4180), to be opened in a spreadsheet.
[[nodiscard]] std::string to_csv(const Json& run);

}  // namespace cfkops::cli
