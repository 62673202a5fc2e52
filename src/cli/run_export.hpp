#pragma once

#include "audit_trust.hpp"

#include "cfkops/base/json.hpp"

#include <string>

namespace cfkops::cli {

/// What a change board files of a run: who, what, when, plan, approvals, steps, changes, checks,
/// undo, verdict, and what its log is worth; as docs/cli.md has it.
[[nodiscard]] Json exported(const CheckedLog& log);

/// The same as a document.
[[nodiscard]] std::string to_markdown(const Json& exported);

/// The same as a table with one event a row (RFC 4180), to be opened in a spreadsheet.
[[nodiscard]] std::string to_csv(const Json& exported);

}  // namespace cfkops::cli
