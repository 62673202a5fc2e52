#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cfkops::base {

/// SHA-256 (FIPS 180-4) of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  /// Goes on with the next bytes.
  void add(std::string_view bytes);

  /// Of all that was added so far, as `sha256_hex` gives it; more may be added behind it.
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cfkops::base
