#include "cfkops/base/redacted.hpp"

#include <cstring>

namespace cfkops::base {

Redacted& Redacted::operator=(const Redacted& other) {
  if (this != &other) {
    wipe();
    value_ = other.value_;
  }
  return *this;
}

Redacted& Redacted::operator=(Redacted&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

void Redacted::wipe() noexcept {
  // The whole buffer: a short string that was moved away leaves its bytes behind its length.
  value_.resize(value_.capacity());
  explicit_bzero(value_.data(), value_.size());
  value_.clear();
}

}  // namespace cfkops::base
