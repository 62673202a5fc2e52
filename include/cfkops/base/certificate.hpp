#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::base {

/// What an X.509 certificate says of itself.
struct Certificate {
  std::string subject;                  ///< "CN=kafka.example.com"
  WallTime not_after;                   ///< it is valid until then
  std::vector<std::string> names = {};  ///< hosts that it is for: DNS names and IPv4 addresses
};

/// The certificates of a PEM text, in their order; their signatures are not looked at. Errors:
/// InvalidInput where there is none, or one cannot be read.
[[nodiscard]] Result<std::vector<Certificate>> read_certificates(std::string_view pem);

}  // namespace cfkops::base
