#include "cfkops/kube/transport.hpp"

#include <strings.h>

#include <algorithm>

namespace cfkops::kube {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const Header& header) {
    return same_name(header.name, name);
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace cfkops::kube
