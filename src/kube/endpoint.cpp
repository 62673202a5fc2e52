#include "endpoint.hpp"

#include "cfkops/base/file.hpp"
#include "cfkops/base/text.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

namespace {

std::optional<int> port_number(std::string_view text) {
  int port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

/// "host", "host:port", "[::1]:port" or a bare IPv6 address; nothing where it is none of these.
bool split_host_port(std::string_view text, std::string& host, std::optional<int>& port) {
  std::string_view port_text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
      return false;
    }
    host = text.substr(1, end - 1);
    port_text = text.substr(end + 1);
    if (!port_text.empty() && !port_text.starts_with(':')) {
      return false;
    }
  } else if (const std::size_t colon = text.find(':'); colon == text.rfind(':')) {
    host = text.substr(0, colon);
    port_text = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  } else {
    host = text;
  }
  if (port_text.size() > 1) {
    port = port_number(port_text.substr(1));
    return port.has_value() && !host.empty();
  }
  return !host.empty();
}

bool legal_host(std::string_view host) {
  return std::ranges::none_of(host, [](char c) {
    return static_cast<unsigned char>(c) <= ' ' ||
           std::string_view("\"<>\\^`{|}@/?#\x7f").find(c) != std::string_view::npos;
  });
}

/// An IP address as 16 bytes, IPv4 mapped into IPv6, so that both kinds are compared alike.
struct Address {
  std::array<std::uint8_t, 16> bytes = {};
  bool v4 = false;
};

std::optional<Address> parse_address(const std::string& text) {
  Address address;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  address.v4 = true;
  address.bytes[10] = address.bytes[11] = 0xff;
  if (inet_pton(AF_INET, text.c_str(), address.bytes.data() + 12) == 1) {
    return address;
  }
  return std::nullopt;
}

bool is_loopback(const std::string& host) {
  const std::optional<Address> address = parse_address(host);
  if (!address) {
    return host == "localhost";
  }
  constexpr Address kLoopback6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, false};
  return address->v4 ? address->bytes[12] == 127 : address->bytes == kLoopback6.bytes;
}

bool in_block(const Address& address, std::string_view block) {
  const std::size_t slash = block.find('/');
  const std::optional<Address> network = parse_address(std::string(block.substr(0, slash)));
  int bits = 0;
  const std::string_view length = block.substr(slash + 1);
  const auto [end, failure] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (!network || network->v4 != address.v4 || failure != std::errc() ||
      end != length.data() + length.size()) {
    return false;
  }
  bits += network->v4 ? 96 : 0;
  if (bits < 0 || bits > 128) {
    return false;
  }
  for (int bit = 0; bit < bits; ++bit) {
    const auto index = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if (((address.bytes.at(index) ^ network->bytes.at(index)) & mask) != 0) {
      return false;
    }
  }
  return true;
}

bool matches_domain(std::string_view host, std::string_view pattern) {
  if (pattern.starts_with("*.")) {
    pattern.remove_prefix(1);
  }
  if (pattern.starts_with('.')) {
    return host.ends_with(pattern);
  }
  return host == pattern ||
         (host.ends_with(pattern) && host[host.size() - pattern.size() - 1] == '.');
}

bool exempted_by(const Url& url, const std::string& host, const std::string& entry) {
  if (entry == "*") {
    return true;
  }
  const std::optional<Address> address = parse_address(host);
  if (entry.find('/') != std::string::npos) {
    return address && in_block(*address, entry);
  }
  std::string name;
  std::optional<int> port;
  if (!split_host_port(entry, name, port) || (port && *port != url.port)) {
    return false;
  }
  if (const std::optional<Address> exempt = parse_address(name)) {
    return address && address->bytes == exempt->bytes;
  }
  return !address && matches_domain(host, name);
}

std::string first_of(std::string_view upper_case, std::string_view lower_case) {
  std::string value = base::environment(upper_case);
  return value.empty() ? base::environment(lower_case) : value;
}

}  // namespace

std::string Url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string hide_user_info(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) {
    return text;
  }
  // Up to the last "@", because a password may hold what ends the authority of a well-formed URL.
  const std::size_t mark = text.find("://");
  return (mark < at ? text.substr(0, mark + 3) : "") + text.substr(at + 1);
}

Result<Url> parse_server_url(const std::string& text) {
  const auto refuse = [&text](const std::string& why) {
    return make_error(
        ErrorCode::InvalidInput,
        "server \"" + hide_user_info(text) + "\" is not a URL that can be used: " + why,
        "write it like https://10.0.0.1:6443");
  };
  std::string_view rest = text;
  Url url{.scheme = "http", .host = {}, .port = 0, .path = {}};
  if (const std::size_t mark = rest.find("://"); mark != std::string_view::npos) {
    url.scheme = base::lower(rest.substr(0, mark));
    rest.remove_prefix(mark + 3);
  }
  if (url.scheme != "http" && url.scheme != "https") {
    return refuse("its scheme must be https or http");
  }
  const std::size_t slash = rest.find_first_of("/?#");
  const std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) {
    return refuse("a user name does not belong there");
  }
  std::optional<int> port;
  if (!split_host_port(authority, url.host, port) || !legal_host(url.host)) {
    return refuse("it needs a host and, if any, a port from 1 to 65535");
  }
  url.port = port.value_or(url.scheme == "https" ? 443 : 80);
  if (slash != std::string_view::npos && rest[slash] == '/') {
    rest.remove_prefix(slash);
    url.path = rest.substr(0, rest.find_first_of("?#"));
    while (url.path.ends_with('/')) {
      url.path.pop_back();
    }
  }
  if (std::ranges::any_of(url.path, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    return refuse("its path holds a blank");
  }
  return url;
}

ProxyEnvironment ProxyEnvironment::of_process() {
  return {.https_proxy = first_of("HTTPS_PROXY", "https_proxy"),
          .http_proxy = first_of("HTTP_PROXY", "http_proxy"),
          .no_proxy = first_of("NO_PROXY", "no_proxy")};
}

std::string proxy_for(const Url& url, const ProxyEnvironment& environment) {
  const std::string& proxy =
      url.scheme == "https" ? environment.https_proxy : environment.http_proxy;
  const std::string host = base::lower(url.host);
  if (proxy.empty() || is_loopback(host)) {
    return "";
  }
  for (const std::string& part : base::split(environment.no_proxy, ',')) {
    const std::string entry = base::lower(base::trim(part));
    if (!entry.empty() && exempted_by(url, host, entry)) {
      return "";
    }
  }
  return proxy.find("://") == std::string::npos ? "http://" + proxy : proxy;
}

std::string proxy_url_problem(const std::string& text) {
  const std::size_t mark = text.find("://");
  const std::string scheme = mark == std::string::npos ? "" : base::lower(text.substr(0, mark));
  if (scheme != "http" && scheme != "https" && scheme != "socks5") {
    return "unsupported scheme \"" + scheme + "\", must be http, https, or socks5";
  }
  std::string_view authority = std::string_view(text).substr(mark + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  std::string host;
  std::optional<int> port;
  const bool usable = split_host_port(authority, host, port) && legal_host(host);
  return usable ? "" : "could not parse: " + hide_user_info(text);
}

Result<Endpoint> make_endpoint(const ClusterAccess& cluster, const ProxyEnvironment& environment) {
  CFKOPS_ASSIGN(const Url url, parse_server_url(cluster.server));
  Endpoint endpoint;
  endpoint.https = url.scheme == "https";
  endpoint.authority = url.authority();
  endpoint.path = url.path;
  endpoint.url = url.scheme + "://" + url.authority() + url.path;
  endpoint.server = cluster.server.find("://") == std::string::npos ? endpoint.url : cluster.server;
  endpoint.proxy = cluster.proxy_url.empty() ? proxy_for(url, environment) : cluster.proxy_url;
  if (endpoint.proxy.starts_with("socks5://")) {
    // Go's socks5 lets the proxy resolve names; libcurl calls that socks5h.
    endpoint.proxy.insert(6, "h");
  }
  if (endpoint.https && !cluster.tls_server_name.empty()) {
    Url named = url;
    named.host = cluster.tls_server_name;
    endpoint.url = "https://" + named.authority() + url.path;
    endpoint.connect_to = named.authority() + ":" + url.authority();
    endpoint.host_header = url.authority();
  }
  return endpoint;
}

}  // namespace cfkops::kube
