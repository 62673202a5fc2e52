#pragma once

#include "cfkops/cli/terminal.hpp"
#include "cfkops/engine/approver.hpp"

namespace cfkops::cli {

/// Shows the plan and asks the person at the terminal, unless `--yes` was given.
class TerminalApprover final : public engine::Approver {
 public:
  /// `terminal` must outlive it.
  TerminalApprover(Terminal& terminal, bool yes, bool show_plan)
      : terminal_(terminal),
        yes_(yes),
        show_plan_(show_plan) {}

  Status approve(const engine::Plan& plan) override;

 private:
  Terminal& terminal_;
  bool yes_;
  bool show_plan_;
};

}  // namespace cfkops::cli
