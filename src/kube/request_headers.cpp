#include "request_headers.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/base/version.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

std::vector<Header> request_headers(const Endpoint& endpoint,
                                    const Request& request,
                                    const Credential& credential) {
  std::vector<Header> headers = request.headers;
  const auto has = [&request](std::string_view name) {
    return std::ranges::any_of(
        request.headers, [name](const Header& header) { return base::lower(header.name) == name; });
  };
  const auto add = [&headers](std::string name, std::string value) {
    headers.push_back({std::move(name), std::move(value)});
  };
  if (!endpoint.host_header.empty() && !has("host")) {
    add("Host", endpoint.host_header);
  }
  if (!has("accept")) {
    add("Accept", "application/json");
  }
  if (!has("user-agent")) {
    // Not an agent that begins like a browser's or curl's: the server pretty-prints for those.
    add("User-Agent", "cfkops/" + std::string(base::version()));
  }
  if (!credential.authorization.empty() && !has("authorization")) {
    add("Authorization", credential.authorization.reveal());
  }
  if (!has("impersonate-user")) {
    headers.insert(headers.end(), credential.impersonation.begin(), credential.impersonation.end());
  }
  return headers;
}

}  // namespace cfkops::kube
