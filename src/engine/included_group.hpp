#pragma once

#include "run_state.hpp"

#include "cfkops/runbook/include.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cfkops::engine {

/// One instance of a step that includes a runbook, while a run is in it:
///
///  1. its parameters are evaluated and bound, 2. its prerequisites are asked, and none may be
///  other than a pass, 3. its guards are watched while its steps are carried out, 4. its validation
///  is asked.
///
/// Where an earlier process has begun its steps its prerequisites are not asked again, and where
/// that got through with it nothing is done. Borrows all it is made of.
class IncludedGroup {
 public:
  /// `suffix` is its place in each `each` around it, its own included.
  IncludedGroup(RunState& state, const runbook::Step& step, const std::string& suffix);

  using Steps = std::function<std::optional<Failure>()>;

  /// Nothing once all is done; otherwise what kept it. `steps` carries its steps out.
  std::optional<Failure> carry_out(const Steps& steps);

 private:
  std::optional<Failure> go_through(const runbook::ValueMap& params, const Steps& steps);
  std::optional<Failure> watched(const Steps& steps);
  Status ask(const char* phase,
             const std::vector<runbook::CheckEntry>& entries,
             const std::string& otherwise);
  Status tell(const char* event, const runbook::ValueMap* params) const;
  [[nodiscard]] Failure failure(Error error) const;
  [[nodiscard]] Failure not_held(const Error& error) const;

  RunState& state_;
  const runbook::Step& step_;
  const runbook::Runbook& runbook_;
  std::string suffix_;
  std::string id_;  ///< of the instance: "restart[2]"
};

}  // namespace cfkops::engine
