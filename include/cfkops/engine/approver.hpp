#pragma once

#include "cfkops/base/result.hpp"

namespace cfkops::engine {

/// What is approved: engine/plan.hpp.
struct Plan;

/// Is asked once, after the plan and before the first mutation.
class Approver {
 public:
  Approver() = default;
  Approver(const Approver&) = delete;
  Approver& operator=(const Approver&) = delete;
  virtual ~Approver() = default;

  /// Nothing on yes. Errors: Refused, with how to say yes (for example `--yes` where there is no
  /// terminal).
  virtual Status approve(const Plan& plan) = 0;
};

}  // namespace cfkops::engine
