#pragma once

#include "cfkops/health/catalogue.hpp"

#include <algorithm>
#include <string_view>

namespace cfkops::test {

/// The check of the catalogue with that id.
inline const health::Check& check_named(std::string_view id) {
  return *std::find_if(health::catalogue().begin(),
                       health::catalogue().end(),
                       [id](const health::Check& check) { return check.id == id; });
}

}  // namespace cfkops::test
