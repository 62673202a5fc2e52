#pragma once

#include "cfkops/base/result.hpp"

#include <string>
#include <vector>

namespace cfkops::engine {

/// What is approved: engine/plan.hpp.
struct Plan;

/// What a person is asked in the middle of a run.
struct Question {
  std::string what;                  ///< one sentence, with a question mark
  std::vector<std::string> details;  ///< what is known, one line each
  std::string on_yes;                ///< what happens then
  std::string on_no;                 ///< and otherwise
  bool shown_in_plan = false;  ///< it stood in the plan, so that `--yes` to the plan answers it
  bool of_a_task = false;  ///< it asks whether a person has done something, which no program can
                           ///< know
};

/// Is asked after the plan and before the first mutation.
class Approver {
 public:
  Approver() = default;
  Approver(const Approver&) = delete;
  Approver& operator=(const Approver&) = delete;
  virtual ~Approver() = default;

  /// Nothing on yes. Errors: Refused, with how to say yes (for example `--yes` where there is no
  /// terminal).
  virtual Status approve(const Plan& plan) = 0;

  /// A question in the middle of a run: an effect of unknown outcome that must not happen twice, a
  /// guard of kind `ask` that is breached, a step that is to be confirmed. `--yes` answers only
  /// what was shown in the plan. Nothing on yes. Errors: Refused on no, and where there is no
  /// terminal.
  virtual Status ask(const Question& question) = 0;
};

}  // namespace cfkops::engine
