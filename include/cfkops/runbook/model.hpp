#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/source_pos.hpp"
#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/type.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cfkops::runbook {

/// An argument as written: a templated scalar (plain numbers and booleans keep their type), a list
/// or a map.
struct ArgumentValue {
  /// An entry of a map.
  struct Member;
  using List = std::vector<ArgumentValue>;
  using Map = std::vector<Member>;  ///< in file order

  std::variant<Value, Template, List, Map> data;
  SourcePos pos;
  SourcePos key_pos = {};  ///< of the key it stands under; line 0 in a list
  bool plain = false;      ///< a scalar without quotes

  /// Null where it is exactly one `${…}` around a member that is missing: the argument counts as
  /// not given.
  [[nodiscard]] Result<Value> evaluate(const Bindings& bindings) const;
};

/// One entry of a map as written.
struct ArgumentValue::Member {
  std::string name;
  ArgumentValue value;
};

/// Tells `visit` of each expression in it, in file order.
void each_expression(const ArgumentValue& value,
                     const std::function<void(const Expression&)>& visit);

/// The same where another runbook includes it by the step of that id: `Expression::included_by`.
[[nodiscard]] ArgumentValue included_by(const ArgumentValue& value, const std::string& step);

/// What stands under `with`.
using ArgumentMap = ArgumentValue::Map;

/// A parameter of the runbook.
struct Param {
  std::string name;
  Type type;
  std::optional<Value> fallback;  ///< converted to `type`
  bool required = false;
  std::optional<Value> least;  ///< `min:` of numbers and durations
  std::optional<Value> most;   ///< `max:`
  std::string doc;
  SourcePos pos;
};

/// Whether a value of the parameter's type is within its limits. Errors: InvalidInput.
[[nodiscard]] Status within_limits(const Param& param, const Value& value);

/// An entry of prerequisites, validation or a step's `expect`.
struct CheckEntry {
  std::string id;    ///< given, or made from kind and position
  std::string kind;  ///< "expr", "kafka.replication"
  ArgumentMap with;
  Expression that;     ///< of kind expr
  Template otherwise;  ///< `else:` of kind expr: what to say when false
  Expression when;     ///< empty: always
  std::string title;
  SourcePos pos;
};

/// What a run does when a guard is breached.
enum class OnBreach {
  Stop,      ///< at the next safe point; what was done stays done
  Rollback,  ///< as when a step fails: it is undone
  Ask,       ///< a person says whether to go on; where nobody can be asked it stops
};

/// The name as it stands in a runbook: "stop".
[[nodiscard]] std::string_view to_string(OnBreach action);

/// A check that is asked again and again while steps run.
struct Guard {
  CheckEntry check;
  Duration every = std::chrono::seconds(10);
  Duration hold = {};  ///< `for:` how long it must fail to be breached, and pass to be well again;
                       ///< nothing: one answer
  OnBreach on_breach = OnBreach::Stop;
};

/// When a run may, or may not, be going on.
struct WindowEntry {
  /// Freezes win over windows that allow.
  enum class Kind { Allow, Freeze };

  Kind kind = Kind::Allow;
  std::string title;
  std::string file;   ///< an iCalendar file with all else in it; relative to the runbook's folder
  std::string start;  ///< as written: "2026-01-06T22:00", local to `timezone`
  std::optional<Duration> duration;
  std::string rrule;                ///< as in iCalendar: "FREQ=WEEKLY;BYDAY=TU,TH"; "": once
  std::vector<std::string> except;  ///< starts that are left out (EXDATE), written as `start`
  std::string timezone;             ///< "Europe/Berlin"; "": UTC
  SourcePos pos;                    ///< of the entry
};

/// The name as it stands in a runbook: "freeze".
[[nodiscard]] std::string_view to_string(WindowEntry::Kind kind);

/// How often a step is tried.
struct Attempts {
  int max = 1;
  Duration every = {};
  double backoff = 1.0;
  std::vector<std::string> on;  ///< not_yet refused unknown failed; empty: not_yet
};

/// So many of the elements of a list.
struct Share {
  int number = 0;  ///< elements, or percent of all
  bool percent = false;

  /// Of a list of that size; percentages are rounded down.
  [[nodiscard]] std::size_t of(std::size_t size) const;
  [[nodiscard]] std::string text() const;  ///< as written: "10%"
  friend bool operator==(const Share&, const Share&) = default;
};

/// What a step is repeated for.
struct Each {
  Expression in;
  std::string as;
  std::vector<Share> batch;  ///< how many elements go together, at least one each; the last share
                             ///< again and again; empty: one
  Share max_failures;        ///< so many elements may fail before the step does
  SourcePos pos;
};

/// What a run does when a step fails.
enum class OnFailure {
  Rollback,  ///< what was done is undone
  Stop,      ///< what was done stays done, so that the run can be resumed
  Continue,  ///< the run goes on behind the step, whose outputs are missing
  Ask,       ///< a person says whether to go on; where nobody can be asked it is undone
};

/// The name as it stands in a runbook: "continue".
[[nodiscard]] std::string_view to_string(OnFailure action);

/// A runbook that a step includes: include.hpp.
struct Included;

/// A step, or a group of steps. One that includes a runbook becomes a group of that one's steps.
struct Step {
  std::string id;
  std::string title;
  std::string action;   ///< `do:`; empty for a group
  std::string include;  ///< `include:` the name or path of another runbook, as written
  ArgumentMap with;
  std::vector<Step> steps;  ///< of a group
  Expression when;
  std::optional<Each> each;
  std::optional<Duration> timeout;
  Attempts attempts;
  std::vector<CheckEntry> expect;
  std::string no_rollback;     ///< `rollback: {none: why}`
  std::vector<Step> rollback;  ///< `rollback: [steps]`: done in place of the action's own undo
  Template confirm;            ///< asked before the step; of no source: nothing is asked
  std::optional<Effect> effect;
  std::optional<OnFailure> on_failure;
  SourcePos pos;
  SourcePos action_pos;                      ///< of what stands under `do` or `include`
  std::shared_ptr<const Included> included;  ///< what `include` means, once it was found
};

/// What holds for a whole run.
struct Settings {
  std::optional<Duration> timeout;      ///< of each step that says none, instead of its action's
  std::optional<Duration> run_timeout;  ///< no step begins when the run has taken so long
};

/// A runbook as loaded: syntactically and structurally right, positions kept. Whether its actions,
/// types and references are right is lint's business.
struct Runbook {
  std::string name;
  std::string title;
  std::string purpose;
  std::string owner;
  std::string risk;  ///< low medium high
  std::vector<Param> params;
  std::vector<CheckEntry> prerequisites;
  std::vector<Guard> guards;
  std::vector<Template> locks;  ///< what only one run at a time may work on
  std::vector<WindowEntry> windows;
  std::vector<Step> steps;
  std::vector<CheckEntry> validation;
  std::vector<Step> rollback;
  Settings settings;
  std::string file;
  std::string sha256;  ///< of the file's bytes; where it includes others, of theirs too
  std::string source;  ///< the file's bytes

  /// The parameter of that name, or nullptr.
  [[nodiscard]] const Param* param(std::string_view wanted) const;
};

}  // namespace cfkops::runbook
