#pragma once

#include "cfkops/base/json.hpp"
#include "cfkops/base/redacted.hpp"

#include <string>
#include <vector>

namespace cfkops::base {

/// Secrets that are known, to keep out of what others wrote: their text and its base64 form become
/// "***" wherever they turn up. A second line of defence behind `Redacted`.
class Concealed {
 public:
  /// Secrets of less than four characters are left to the first line: they would turn up anywhere.
  void add(const Redacted& secret);

  /// `text` without the secrets.
  [[nodiscard]] std::string in(std::string text) const;

  /// `value` without the secrets in its strings; the names of members stay.
  [[nodiscard]] Json in(const Json& value) const;

 private:
  std::vector<Redacted> secrets_;
};

}  // namespace cfkops::base
