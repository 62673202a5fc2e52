#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/error.hpp"

#include <string>
#include <vector>

namespace cfkops::kube {

/// What is known about a transfer that failed.
struct CurlFailure {
  int code = 0;                                     ///< CURLcode
  std::string detail;                               ///< libcurl's error buffer
  long os_error = 0;                                ///< errno of the failed connect, 0 for none
  long verify_result = 0;                           ///< OpenSSL's X509_V_ERR_…, 0 for none
  std::vector<std::string> certificate_names = {};  ///< of the server, where they are known
  bool connected = false;                           ///< TCP and, with https, TLS were through
  bool sent = false;                                ///< bytes of the request had left
  std::size_t received = 0;                         ///< bytes of the answer's body that came
  bool answered = false;                            ///< the answer's head had come
  Duration timeout = {};                            ///< that the request was given
};

/// What messages name.
struct CurlPeer {
  std::string authority;      ///< "10.0.0.1:6443"
  std::string tls_name;       ///< the name its certificate must carry
  std::string config_source;  ///< where our configuration came from
  std::string proxy;          ///< without its password, or ""
  bool own_ca = false;        ///< the configuration names a CA
  bool has_client_certificate = false;
};

/// The error in words a person understands, with what to do next. Never InvalidInput.
[[nodiscard]] Error error_of_curl(const CurlFailure& failure, const CurlPeer& peer);

}  // namespace cfkops::kube
