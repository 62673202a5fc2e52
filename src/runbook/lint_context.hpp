#pragma once

#include "source_text.hpp"

#include "cfkops/base/yaml.hpp"
#include "cfkops/runbook/lint.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::runbook {

// Findings about what the form cannot tell.
inline constexpr std::string_view kUnknownAction = "CFK-S006";
inline constexpr std::string_view kBadArgument = "CFK-S007";
inline constexpr std::string_view kUnusedParam = "CFK-P001";
inline constexpr std::string_view kRepeatedOnce = "CFK-X002";
inline constexpr std::string_view kWeakenedEffect = "CFK-X013";
inline constexpr std::string_view kNeedsSuccess = "CFK-R002";

/// A step where it stands. The step belongs to the runbook.
struct PlacedStep {
  const Step* step = nullptr;
  const ActionSpec* spec = nullptr;  ///< nullptr of a group, and of an unknown action
  std::vector<const Step*> around;   ///< the groups it is in, the outermost first
  bool undoing = false;              ///< in a rollback
  const Step* by = nullptr;          ///< the step of this file that includes it

  /// It changes something.
  [[nodiscard]] bool mutates() const { return spec != nullptr && spec->effect != Effect::Read; }

  /// It, or a group around it, is done once for each element of a list.
  [[nodiscard]] bool repeated() const;
};

/// A place to underline.
struct Span {
  SourcePos pos;
  int length = 1;
};

/// What the rules know and where they put their findings. All that it refers to must outlive it.
class LintContext {
 public:
  LintContext(const Runbook& runbook,
              const base::YamlNode& root,
              const Knowledge& knowledge,
              const SourceText& source);

  [[nodiscard]] const Runbook& runbook() const { return runbook_; }

  [[nodiscard]] const base::YamlNode& root() const { return root_; }

  [[nodiscard]] const SourceText& source() const { return source_; }

  [[nodiscard]] std::span<const ActionSpec> specs() const { return knowledge_.specs; }

  /// What is known of the kinds of live objects, or nullptr.
  [[nodiscard]] const KindTypes* kinds() const { return knowledge_.kinds.get(); }

  /// All steps and groups of the file in its order, those of rollbacks too. What a runbook that is
  /// included has is judged in its own file.
  [[nodiscard]] const std::vector<PlacedStep>& steps() const { return steps_; }

  /// The same, and behind each step that includes a runbook the steps of that one.
  [[nodiscard]] const std::vector<PlacedStep>& all_steps() const { return all_steps_; }

  /// The parameter that a member chain begins with, also of an included runbook; nullptr where it
  /// begins with something else.
  [[nodiscard]] const Param* param_of(const std::vector<std::string>& chain) const;

  /// Whether the prerequisites ask for a check of that kind.
  [[nodiscard]] bool requires_check(std::string_view kind) const;

  /// A key of a step as it is written; the step's id where it has no such key.
  [[nodiscard]] Span key_of(const Step& step, std::string_view key) const;

  /// Adds a finding. Behind the most that are told one takes the place of the last or is dropped.
  Diagnostic& add(Diagnostic finding);

  /// Adds a finding; its severity is the rule's. Returns it, to add what mends it.
  Diagnostic& report(std::string_view code,
                     const SourcePos& pos,
                     int length,
                     std::string message,
                     std::string remedy = {});

  /// The same about a place.
  Diagnostic& report(std::string_view code,
                     const Span& place,
                     std::string message,
                     std::string remedy = {}) {
    return report(code, place.pos, place.length, std::move(message), std::move(remedy));
  }

  /// The type of an expression, or `any` after a finding; notes the parameters it uses.
  Type check(const Expression& expression, const Scope& scope);

  /// The same of a text with expressions.
  Type check(const Template& text, const Scope& scope);

  /// The same of a text that people read: nothing in it may be missing, or a secret. `what` names
  /// it.
  void check_text(const Template& text, const Scope& scope, std::string_view what);

  /// An expression that must be true or false; `what` names it ("'when'"). An empty one is fine.
  void check_condition(const Expression& condition, const Scope& scope, std::string_view what);

  /// Says where what follows is done: of a rollback nothing is there for sure, and the remedy
  /// says so.
  void set_undoing(bool undoing) { undoing_ = undoing; }

  [[nodiscard]] const std::set<std::string, std::less<>>& used_params() const {
    return used_params_;
  }

  /// The member chains that expressions use, "steps.roll.restarted".
  [[nodiscard]] const std::set<std::string, std::less<>>& used_chains() const {
    return used_chains_;
  }

  [[nodiscard]] std::vector<Diagnostic> take_findings() { return std::move(findings_); }

 private:
  void note_names(const Expression& expression);

  /// An error about the scalar whose content starts at `start`; its place is looked up in the
  /// source.
  void report(Error error, const SourcePos& start, const std::string& scalar);

  /// Says of an unknown name what it is instead: a later step, a parameter without "params.".
  void refine(Error& error) const;

  const Runbook& runbook_;
  const base::YamlNode& root_;
  const Knowledge& knowledge_;
  const SourceText& source_;
  std::vector<PlacedStep> steps_;
  std::vector<PlacedStep> all_steps_;
  std::map<std::pair<int, int>, const base::YamlNode*> nodes_;  ///< of steps, by line and column
  std::map<std::string, std::string, std::less<>>
      places_;  ///< of the ids of steps and checks: "steps", "rollback"
  std::set<std::string, std::less<>> used_params_;
  std::set<std::string, std::less<>> used_chains_;
  std::vector<Diagnostic> findings_;
  Diagnostic dropped_;  ///< the last one that is not told
  bool undoing_ = false;
};

}  // namespace cfkops::runbook
