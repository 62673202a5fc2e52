#include "support/loopback.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>

namespace cfkops::test {

namespace {

void require(bool success, const char* what) {
  if (!success) {
    throw std::runtime_error(std::string("test server: cannot ") + what);
  }
}

template <class Read>
auto read_pem(const std::string& pem, Read read) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  auto* object = read(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  require(object != nullptr, "read PEM");
  return object;
}

}  // namespace

TlsContext::TlsContext(const Identity& identity, const std::string& client_ca_pem)
    : context_(SSL_CTX_new(TLS_server_method())) {
  X509* certificate = read_pem(identity.certificate_pem, PEM_read_bio_X509);
  EVP_PKEY* key = read_pem(identity.key_pem, PEM_read_bio_PrivateKey);
  require(SSL_CTX_use_certificate(context_, certificate) == 1, "use the certificate");
  require(SSL_CTX_use_PrivateKey(context_, key) == 1, "use the key");
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!client_ca_pem.empty()) {
    X509* ca = read_pem(client_ca_pem, PEM_read_bio_X509);
    require(X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), ca) == 1, "use the client CA");
    X509_free(ca);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

Listener listen_on_loopback() {
  Listener listener{.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(::bind(listener.fd, reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
  require(::listen(listener.fd, 64) == 0, "listen");
  ::getsockname(listener.fd, reinterpret_cast<sockaddr*>(&address), &size);
  listener.port = ntohs(address.sin_port);
  return listener;
}

}  // namespace cfkops::test
