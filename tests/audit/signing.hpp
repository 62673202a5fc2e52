#pragma once

#include "cfkops/audit/key.hpp"
#include "cfkops/audit/verify.hpp"
#include "cfkops/base/clock.hpp"
#include "cfkops/base/crypto.hpp"

#include <gtest/gtest.h>

namespace cfkops::test {

/// Always the same moment, so that the same log has the same bytes.
class StandingClock final : public Clock {
 public:
  [[nodiscard]] MonoTime now() const override { return MonoTime(); }

  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::seconds(1'763'882'701) + std::chrono::microseconds(123'456));
  }
};

inline base::SigningKey new_key() {
  const Result<base::SigningKey> key = base::generate_signing_key();
  EXPECT_TRUE(key.has_value());
  return *key;
}

/// Nothing but what this key signed counts.
inline audit::Trust trust_in(const base::SigningKey& key) {
  return {.required = true, .fingerprints = {audit::fingerprint(key.public_pem).value_or("")}};
}

}  // namespace cfkops::test
