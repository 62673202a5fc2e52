#pragma once

#include "plan_text.hpp"

#include "cfkops/cli/terminal.hpp"
#include "cfkops/engine/approver.hpp"

#include <optional>

namespace cfkops::cli {

/// Shows the plan and a summary of it on standard error and asks the person at the terminal: to
/// type yes or, where the risk is high, the name of what the run works on. `--yes` answers that,
/// and what the plan says will be asked, but no other question.
class TerminalApprover final : public engine::Approver {
 public:
  /// `shown` is what is shown of the plan, if anything. `terminal` must outlive it.
  TerminalApprover(Terminal& terminal, bool yes, std::optional<PlanParts> shown)
      : terminal_(terminal),
        yes_(yes),
        shown_(shown) {}

  Status approve(const engine::Plan& plan) override;
  Status ask(const engine::Question& question) override;

 private:
  Terminal& terminal_;
  bool yes_;
  std::optional<PlanParts> shown_;
};

}  // namespace cfkops::cli
