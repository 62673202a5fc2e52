#pragma once

#include "arguments.hpp"

#include "cfkops/cli/app.hpp"

namespace cfkops::cli {

// One function per command: does it and returns the exit code. Each stands in the file of its name.
[[nodiscard]] int run_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int resume_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int rollback_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int plan_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int approve_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int rbac_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int locks_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int health_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int logs_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int lint_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int fmt_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int schema_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int new_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int lsp_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int list_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int show_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int explain_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int runs_list_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int runs_show_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int runs_export_command(const Arguments& arguments,
                                      const AppEnvironment& environment);
[[nodiscard]] int audit_join_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int audit_verify_command(const Arguments& arguments,
                                       const AppEnvironment& environment);
[[nodiscard]] int sandbox_serve_command(const Arguments& arguments,
                                        const AppEnvironment& environment);
[[nodiscard]] int sandbox_scenarios_command(const Arguments& arguments,
                                            const AppEnvironment& environment);
[[nodiscard]] int rehearse_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int import_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int test_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int snapshot_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int completion_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int complete_command(const Arguments& arguments, const AppEnvironment& environment);
[[nodiscard]] int version_command(const Arguments& arguments, const AppEnvironment& environment);

/// Shows an error on standard error: what, where, what next.
void show_error(Terminal& terminal, const Error& error);

/// Shows it and returns its exit code.
[[nodiscard]] int fail(const AppEnvironment& environment, const Error& error);

}  // namespace cfkops::cli
