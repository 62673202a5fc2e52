#pragma once

#include "support/certificates.hpp"

#include <string>

struct ssl_ctx_st;

namespace cfkops::test {

/// OpenSSL's context of a server with that identity, freed at its end. With a `client_ca_pem` it
/// asks for a client certificate of that CA. Throws std::runtime_error where OpenSSL refuses.
class TlsContext {
 public:
  explicit TlsContext(const Identity& identity, const std::string& client_ca_pem = {});
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  [[nodiscard]] ssl_ctx_st* get() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

/// A TCP socket that listens at 127.0.0.1, at a port that was free. The caller closes it.
struct Listener {
  int fd = -1;
  int port = 0;
};

/// Throws std::runtime_error where there is none to be had.
[[nodiscard]] Listener listen_on_loopback();

}  // namespace cfkops::test
