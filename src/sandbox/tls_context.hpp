#pragma once

#include "cfkops/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace cfkops::sandbox {

/// A server's side of TLS with a key of its own and a certificate authority that nobody else has,
/// both made in memory.
class TlsContext {
 public:
  /// For 127.0.0.1 and localhost. Errors: Tls.
  [[nodiscard]] static Result<std::unique_ptr<TlsContext>> make();

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// The authority's certificate, PEM.
  [[nodiscard]] const std::string& authority_pem() const { return authority_pem_; }

  [[nodiscard]] ssl_ctx_st* get() const { return context_; }

 private:
  explicit TlsContext(ssl_ctx_st* context)
      : context_(context) {}

  ssl_ctx_st* context_;
  std::string authority_pem_ = {};
};

/// One TLS session over bytes that somebody else carries.
class TlsSession {
 public:
  explicit TlsSession(const TlsContext& context);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Takes what came over the wire and appends what it says to `plain`; false when the session is
  /// over or broken.
  bool receive(std::string_view wire, std::string& plain);

  /// Wraps what is to be said; false when the session is broken.
  bool send(std::string_view plain);

  /// Moves what is to go over the wire to the end of `wire`.
  void take_wire(std::string& wire);

 private:
  ssl_st* session_;
};

}  // namespace cfkops::sandbox
