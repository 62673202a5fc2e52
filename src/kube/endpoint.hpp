#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/kube/kubeconfig.hpp"

#include <string>
#include <string_view>

namespace cfkops::kube {

/// The parts of an absolute http(s) URL that we need; the host of an IPv6 address without brackets.
struct Url {
  std::string scheme;
  std::string host;
  int port = 0;      ///< the scheme's own where the text has none
  std::string path;  ///< "" or "/prefix", without a slash at its end

  /// "host:port", with brackets around an IPv6 address.
  [[nodiscard]] std::string authority() const;
};

/// Reads a server's URL as client-go does: without a scheme it means http, query and fragment are
/// dropped. Errors: InvalidInput.
[[nodiscard]] Result<Url> parse_server_url(const std::string& text);

/// `text`, a URL or a message that quotes one, without the user name and password in it: for what
/// people are shown. Takes away too much rather than too little.
[[nodiscard]] std::string hide_user_info(const std::string& text);

/// The proxy variables, upper case before lower case as in Go's net/http.
struct ProxyEnvironment {
  std::string https_proxy;
  std::string http_proxy;
  std::string no_proxy;

  [[nodiscard]] static ProxyEnvironment of_process();
};

/// The proxy that requests to `url` go through, or "" for none: Go's rules
/// (golang.org/x/net/http/httpproxy), so loopback is always reached directly and NO_PROXY may hold
/// domains, addresses, CIDR blocks and ports.
[[nodiscard]] std::string proxy_for(const Url& url, const ProxyEnvironment& environment);

/// "could not parse" or "unsupported scheme" in client-go's words, or "" for a proxy URL that will
/// do.
[[nodiscard]] std::string proxy_url_problem(const std::string& text);

/// How libcurl is told to reach one server.
struct Endpoint {
  std::string
      url;  ///< to put a request's target behind; names the TLS server name where one is set
  std::string connect_to;   ///< CURLOPT_CONNECT_TO, or ""
  std::string host_header;  ///< to be sent where the URL's host is not the server's, or ""
  std::string authority;    ///< "10.0.0.1:6443", for messages
  std::string path;         ///< the prefix within the URL
  std::string server;       ///< as the configuration has it
  std::string proxy;        ///< "" for none
  bool https = true;
};

[[nodiscard]] Result<Endpoint> make_endpoint(const ClusterAccess& cluster,
                                             const ProxyEnvironment& environment);

}  // namespace cfkops::kube
