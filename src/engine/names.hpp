#pragma once

#include "cfkops/engine/plan.hpp"
#include "cfkops/runbook/expression.hpp"
#include "cfkops/runbook/model.hpp"

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

  /// Replaces the outputs of a step.
  void set_outputs(const std::string& step, const runbook::ValueMap& outputs);

  /// Replaces what a check measured.
  void set_check(const std::string& check, const runbook::ValueMap& outputs);

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

  runbook::Bindings bindings_;
  runbook::ValueMap steps_;
  runbook::ValueMap checks_;
};

}  // namespace cfkops::engine
