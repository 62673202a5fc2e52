#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/source_pos.hpp"
#include "cfkops/runbook/action_spec.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/type.hpp"

#include <map>
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

/// How often a step is tried.
struct Attempts {
  int max = 1;
  Duration every = {};
  double backoff = 1.0;
  std::vector<std::string> on;  ///< not_yet refused unknown failed; empty: not_yet
};

/// What a step is repeated for.
struct Each {
  Expression in;
  std::string as;
  SourcePos pos;
};

/// A step, or a group of steps.
struct Step {
  std::string id;
  std::string title;
  std::string action;  ///< `do:`; empty for a group
  ArgumentMap with;
  std::vector<Step> steps;  ///< of a group
  Expression when;
  std::optional<Each> each;
  std::optional<Duration> timeout;
  Attempts attempts;
  std::vector<CheckEntry> expect;
  std::string no_rollback;  ///< `rollback: {none: why}`
  std::optional<Effect> effect;
  SourcePos pos;
  SourcePos action_pos;
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
  std::vector<Step> steps;
  std::vector<CheckEntry> validation;
  std::vector<Step> rollback;
  std::string file;
  std::string sha256;  ///< of the file's bytes
  std::string source;  ///< the file's bytes

  /// The parameter of that name, or nullptr.
  [[nodiscard]] const Param* param(std::string_view wanted) const;
};

}  // namespace cfkops::runbook
