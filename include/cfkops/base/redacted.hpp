#pragma once

#include <string>
#include <utility>

namespace cfkops::base {

/// A secret. It has no way to be printed, compared for order or serialised by accident; `reveal()`
/// is the one word to search for. Copies are wiped on destruction.
class Redacted {
 public:
  Redacted() = default;

  /// Takes the secret over.
  explicit Redacted(std::string value)
      : value_(std::move(value)) {}

  Redacted(const Redacted&) = default;

  Redacted(Redacted&& other) noexcept
      : value_(std::move(other.value_)) {
    other.wipe();
  }

  Redacted& operator=(const Redacted& other);
  Redacted& operator=(Redacted&& other) noexcept;

  ~Redacted() { wipe(); }

  /// The secret itself.
  [[nodiscard]] const std::string& reveal() const { return value_; }

  /// There is no secret in it.
  [[nodiscard]] bool empty() const { return value_.empty(); }

  /// "***", whatever the secret is.
  [[nodiscard]] static const char* text() { return "***"; }

  friend bool operator==(const Redacted& a, const Redacted& b) { return a.value_ == b.value_; }

 private:
  void wipe() noexcept;

  std::string value_;
};

}  // namespace cfkops::base

namespace cfkops {
using base::Redacted;
}  // namespace cfkops
