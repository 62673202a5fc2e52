#include "number.hpp"

#include "cfkops/runbook/model.hpp"

#include <compare>

namespace cfkops::runbook {

namespace {

/// Whether `a` is less than `b`; not where the two have no order.
bool less(const Value& a, const Value& b) {
  const auto* left = a.as<Duration>();
  const auto* right = b.as<Duration>();
  if (left != nullptr && right != nullptr) {
    return *left < *right;
  }
  const auto order = compare_numbers(a, b);
  return order && std::is_lt(*order);
}

}  // namespace

Status within_limits(const Param& param, const Value& value) {
  if (param.least && less(value, *param.least)) {
    return make_error(ErrorCode::InvalidInput,
                      value.text() + " is less than the least allowed, " + param.least->text());
  }
  if (param.most && less(*param.most, value)) {
    return make_error(ErrorCode::InvalidInput,
                      value.text() + " is more than the most allowed, " + param.most->text());
  }
  return {};
}

}  // namespace cfkops::runbook
