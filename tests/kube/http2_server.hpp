#pragma once

#include "support/loopback.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

namespace cfkops::kube {

/// As much of an HTTP/2 server over TLS on 127.0.0.1 as a test of the client needs: it reads no
/// headers and answers each request with 200 and the number of its stream, but not before
/// `together` of them are under way at once. One connection at a time.
class Http2Server {
 public:
  /// With `first_body` bytes the first of those together has a body of that size instead, its
  /// Content-Length and headers that are longer than they look, and all their answers leave in one
  /// TLS record, which they must fit in.
  Http2Server(const test::Identity& identity, std::size_t together, std::size_t first_body = 0);
  ~Http2Server();
  Http2Server(const Http2Server&) = delete;
  Http2Server& operator=(const Http2Server&) = delete;

  /// "https://127.0.0.1:<port>"
  [[nodiscard]] std::string url() const;

  /// How many connections spoke HTTP/2.
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();

  test::TlsContext tls_;
  std::size_t together_;
  std::size_t first_body_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connection_ = -1;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace cfkops::kube
