#pragma once

#include "source_text.hpp"

#include "cfkops/runbook/lint.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::runbook {

// Findings about what the form cannot tell.
inline constexpr std::string_view kUnknownAction = "CFK-S006";
inline constexpr std::string_view kBadArgument = "CFK-S007";
inline constexpr std::string_view kUnusedParam = "CFK-P001";
inline constexpr std::string_view kRepeatedOnce = "CFK-X002";
inline constexpr std::string_view kWeakenedEffect = "CFK-X013";

/// What the rules know and where they put their findings. All that it refers to must outlive it.
class LintContext {
 public:
  LintContext(const Runbook& runbook, std::span<const ActionSpec> specs, const SourceText& source);

  [[nodiscard]] const Runbook& runbook() const { return runbook_; }

  [[nodiscard]] std::span<const ActionSpec> specs() const { return specs_; }

  void report(std::string_view code,
              const SourcePos& pos,
              int length,
              std::string message,
              std::string remedy = {});

  /// The type of an expression, or `any` after a finding; notes the parameters it uses.
  Type check(const Expression& expression, const Scope& scope);

  /// The same of a text with expressions.
  Type check(const Template& text, const Scope& scope);

  /// The same of a text that people read: nothing in it may be missing, or a secret. `what` names
  /// it.
  void check_text(const Template& text, const Scope& scope, std::string_view what);

  /// An expression that must be true or false; `what` names it ("'when'"). An empty one is fine.
  void check_condition(const Expression& condition, const Scope& scope, std::string_view what);

  [[nodiscard]] const std::set<std::string, std::less<>>& used_params() const {
    return used_params_;
  }

  [[nodiscard]] std::vector<Diagnostic> take_findings() { return std::move(findings_); }

 private:
  void note_params(const Expression& expression);

  /// An error about the scalar whose content starts at `start`; its place is looked up in the
  /// source.
  void report(Error error, const SourcePos& start, const std::string& scalar);

  /// Says of an unknown name what it is instead: a later step, a parameter without "params.".
  void refine(Error& error) const;

  const Runbook& runbook_;
  std::span<const ActionSpec> specs_;
  const SourceText& source_;
  std::map<std::string, std::string, std::less<>>
      places_;  ///< of the ids of steps and checks: "steps", "rollback"
  std::set<std::string, std::less<>> used_params_;
  std::vector<Diagnostic> findings_;
};

}  // namespace cfkops::runbook
