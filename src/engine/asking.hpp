#pragma once

#include "run_state.hpp"

#include <string>

namespace cfkops::engine {

/// Asks for a step: what was asked and what the answer is stands in the log, and the locks that
/// could not be renewed meanwhile are.
class Asking final : public Approver {
 public:
  /// `kind` is what the note in the log says that this is. Borrows the run.
  Asking(RunState& state, std::string kind, std::string step)
      : state_(state),
        kind_(std::move(kind)),
        step_(std::move(step)) {}

  /// A plan is approved before there is a step. Errors: Internal.
  Status approve(const Plan& plan) override;

  /// Errors: those of whoever is asked, Refused; Io of the log.
  Status ask(const Question& question) override;

 private:
  RunState& state_;
  std::string kind_;
  std::string step_;
};

}  // namespace cfkops::engine
