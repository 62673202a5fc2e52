#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cfkops::kafka {

/// Where the value of a key property that starts at `begin` ends: at a comma outside quotes.
[[nodiscard]] std::size_t end_of_value(std::string_view text, std::size_t begin);

/// ObjectName.unquote: takes the quotes off and resolves \", \\, \*, \? and \n.
[[nodiscard]] std::string unquote(std::string_view text);

/// Tells `visit` of each key property of an ObjectName, its value as it is written, until it says
/// false.
template <class Visit>
void each_property(std::string_view object_name, const Visit& visit) {
  const std::size_t colon = object_name.find(':');
  if (colon == std::string_view::npos) {
    return;
  }
  std::size_t at = colon + 1;
  while (at < object_name.size()) {
    const std::size_t equals = object_name.find('=', at);
    if (equals == std::string_view::npos) {
      break;  // "*" at the end of a pattern
    }
    const std::size_t end = end_of_value(object_name, equals + 1);
    if (!visit(object_name.substr(at, equals - at),
               object_name.substr(equals + 1, end - equals - 1))) {
      return;
    }
    at = end + 1;
  }
}

}  // namespace cfkops::kafka
