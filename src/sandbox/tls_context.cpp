#include "tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <utility>

namespace cfkops::sandbox {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

constexpr long kBackdated = -3600;            // seconds, for clocks that differ
constexpr long kLifetime = 365L * 24 * 3600;  // seconds

bool extend(X509* certificate, X509* issuer, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Without issuer, extensions and signature; null where OpenSSL refuses.
Certificate start(const std::string& name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  std::uint32_t serial = 0;
  std::array<unsigned char, 4> bytes = {};
  if (certificate == nullptr || RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return nullptr;
  }
  for (const unsigned char byte : bytes) {
    serial = (serial << 8U) | byte;
  }
  const std::basic_string<unsigned char> text(name.begin(), name.end());
  const bool done =
      X509_set_version(certificate.get(), 2) == 1 &&
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()), kBackdated) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kLifetime) != nullptr &&
      X509_set_pubkey(certificate.get(), key) == 1 &&
      X509_NAME_add_entry_by_txt(
          X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, text.c_str(), -1, -1, 0) ==
          1;
  return done ? std::move(certificate) : nullptr;
}

bool sign_authority(X509* authority, EVP_PKEY* key) {
  return X509_set_issuer_name(authority, X509_get_subject_name(authority)) == 1 &&
         extend(authority, authority, NID_basic_constraints, "critical,CA:TRUE") &&
         extend(authority, authority, NID_key_usage, "critical,keyCertSign,cRLSign") &&
         extend(authority, authority, NID_subject_key_identifier, "hash") &&
         X509_sign(authority, key, EVP_sha256()) > 0;
}

bool sign_server(X509* server, X509* authority, EVP_PKEY* authority_key) {
  return X509_set_issuer_name(server, X509_get_subject_name(authority)) == 1 &&
         extend(server, authority, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1") &&
         extend(server, authority, NID_authority_key_identifier, "keyid") &&
         extend(server, authority, NID_ext_key_usage, "serverAuth") &&
         X509_sign(server, authority_key, EVP_sha256()) > 0;
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  char* data = nullptr;
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return {};
  }
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Error tls_error(const char* what) {
  ERR_clear_error();
  return make_error(ErrorCode::Tls, std::string("OpenSSL cannot ") + what);
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make() {
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  if (authority_key == nullptr || key == nullptr) {
    return tls_error("make a key");
  }
  const Certificate authority = start("cfkops sandbox CA", authority_key.get());
  const Certificate server = start("cfkops sandbox", key.get());
  if (authority == nullptr || server == nullptr ||
      !sign_authority(authority.get(), authority_key.get()) ||
      !sign_server(server.get(), authority.get(), authority_key.get())) {
    return tls_error("make a certificate");
  }
  std::unique_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_server_method())));
  if (made->context_ == nullptr ||
      SSL_CTX_set_min_proto_version(made->context_, TLS1_2_VERSION) != 1 ||
      SSL_CTX_use_certificate(made->context_, server.get()) != 1 ||
      SSL_CTX_use_PrivateKey(made->context_, key.get()) != 1) {
    return tls_error("use a certificate");
  }
  made->authority_pem_ = pem_of(authority.get());
  return made;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

TlsSession::TlsSession(const TlsContext& context)
    : session_(SSL_new(context.get())) {
  if (session_ != nullptr) {
    SSL_set_bio(session_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_);
  }
}

TlsSession::~TlsSession() {
  SSL_free(session_);
}

bool TlsSession::receive(std::string_view wire, std::string& plain) {
  if (session_ == nullptr) {
    return false;
  }
  ERR_clear_error();
  if (!wire.empty() &&
      BIO_write(SSL_get_rbio(session_), wire.data(), static_cast<int>(wire.size())) !=
          static_cast<int>(wire.size())) {
    return false;
  }
  std::array<char, 16384> buffer = {};
  while (true) {
    const int count = SSL_read(session_, buffer.data(), static_cast<int>(buffer.size()));
    if (count > 0) {
      plain.append(buffer.data(), static_cast<std::size_t>(count));
      continue;
    }
    return SSL_get_error(session_, count) == SSL_ERROR_WANT_READ;
  }
}

bool TlsSession::send(std::string_view plain) {
  ERR_clear_error();
  // A memory buffer takes all, so there is nothing to wait for.
  return plain.empty() || (session_ != nullptr &&
                           SSL_write(session_, plain.data(), static_cast<int>(plain.size())) ==
                               static_cast<int>(plain.size()));
}

void TlsSession::take_wire(std::string& wire) {
  if (session_ == nullptr) {
    return;
  }
  std::array<char, 16384> buffer = {};
  while (true) {
    const int count =
        BIO_read(SSL_get_wbio(session_), buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) {
      return;
    }
    wire.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace cfkops::sandbox
