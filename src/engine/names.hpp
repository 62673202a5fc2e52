#pragma once

#include "cfkops/engine/plan.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// The step of the runbook that an instance is of: of "drain[1]" it is "drain".
[[nodiscard]] std::string base_of(const std::string& instance);

/// The names that a runbook's expressions may use, with their values so far: `params`, `steps` (the
/// outputs of each step, an empty map before it is done), `checks` (likewise), `run`, and the
/// element of an `each`.
class Names {
 public:
  Names() = default;

  /// `now` is when the run began.
  Names(const RunRequest& request, const runbook::ValueMap& params, WallTime now);

  /// Replaces the outputs of an instance of a step, "drain[2]", and with them what `steps.drain`
  /// has.
  void set_outputs(const std::string& instance, const runbook::ValueMap& outputs);

  /// Replaces what a check measured.
  void set_check(const std::string& check, const runbook::ValueMap& outputs);

  /// Keeps what the checks of an included runbook have measured for its instance of that suffix.
  void keep_checks(const std::vector<runbook::CheckEntry>& checks, const std::string& suffix);

  /// From now on `steps`, and `checks` of included runbooks, have what the instances of that suffix
  /// gave, "[2]", of a repeated step and all steps in it: nothing where they gave nothing.
  void enter(const runbook::Step& step, const std::string& suffix);

  /// What a check measured; nothing before it was asked.
  [[nodiscard]] runbook::ValueMap check(const std::string& id) const;

  /// Binds a name; returns what it was bound to before.
  std::optional<runbook::Value> bind(const std::string& name, runbook::Value value);

  /// Undoes `bind`.
  void restore(const std::string& name, std::optional<runbook::Value> before);

  [[nodiscard]] const runbook::Bindings& bindings() const { return bindings_; }

 private:
  void declare(const std::vector<runbook::Step>& steps);
  void declare(const std::vector<runbook::CheckEntry>& checks);

  void enter_steps(const runbook::Step& step, const std::string& suffix);
  void enter_checks(const std::vector<runbook::CheckEntry>& checks, const std::string& suffix);

  runbook::Bindings bindings_;
  runbook::ValueMap steps_;
  runbook::ValueMap checks_;
  std::map<std::string, runbook::Value> outputs_;   ///< of steps, by instance
  std::map<std::string, runbook::Value> measured_;  ///< by checks of included runbooks, likewise
};

}  // namespace cfkops::engine
