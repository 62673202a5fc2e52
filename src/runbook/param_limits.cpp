#include "number.hpp"

#include "cfkops/runbook/model.hpp"

namespace cfkops::runbook {

Status within_limits(const Param& param, const Value& value) {
  if (param.least && is_less(value, *param.least)) {
    return make_error(ErrorCode::InvalidInput,
                      value.text() + " is less than the least allowed, " + param.least->text());
  }
  if (param.most && is_less(*param.most, value)) {
    return make_error(ErrorCode::InvalidInput,
                      value.text() + " is more than the most allowed, " + param.most->text());
  }
  return {};
}

}  // namespace cfkops::runbook
