#pragma once

#include <cstdint>
#include <string>

namespace cfkops::sandbox {

/// What looks random in a cluster, from a seed: the same seed gives the same names.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  /// Any number below `limit`, which is not 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t limit);

  /// A version 4 UUID.
  [[nodiscard]] std::string uid();

  /// Five characters of the alphabet for generated names (apimachinery pkg/util/rand).
  [[nodiscard]] std::string suffix();

 private:
  std::uint64_t next();

  std::uint64_t state_;
};

/// A 32 bit FNV-1a hash in the alphabet of generated names, as template hashes look.
[[nodiscard]] std::string safe_hash(const std::string& text);

}  // namespace cfkops::sandbox
