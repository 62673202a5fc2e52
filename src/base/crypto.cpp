#include "cfkops/base/crypto.hpp"

#include "cfkops/base/check.hpp"
#include "cfkops/base/sha256.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <limits>
#include <memory>

namespace cfkops::base {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

constexpr std::size_t kSignatureSize = 64;

Error bad_key(std::string_view which) {
  ERR_clear_error();
  return make_error(ErrorCode::InvalidInput,
                    "this is not an Ed25519 " + std::string(which) + " key in PEM form",
                    "make one with: openssl genpkey -algorithm ed25519");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    out += kHex[bytes[i] >> 4U];
    out += kHex[bytes[i] & 0x0FU];
  }
  return out;
}

/// Where OpenSSL would ask the terminal for a passphrase: there is none.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return 0;
}

Bio open_pem(const std::string& pem) {
  return pem.size() > std::size_t{std::numeric_limits<int>::max()}
             ? nullptr
             : Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bool is_ed25519(const Key& key) {
  return key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
}

Key read_private(const Redacted& pem) {
  const Bio bio = open_pem(pem.reveal());
  return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

Key read_public(const std::string& pem) {
  const Bio bio = open_pem(pem);
  return Key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Result<SigningKey> to_signing_key(const Key& key) {
  const Bio private_bio(BIO_new(BIO_s_secmem()));  // wiped when freed
  const Bio public_bio(BIO_new(BIO_s_mem()));
  if (!private_bio || !public_bio ||
      PEM_write_bio_PKCS8PrivateKey(
          private_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_PUBKEY(public_bio.get(), key.get()) != 1) {
    ERR_clear_error();
    return make_error(ErrorCode::Internal, "OpenSSL cannot write the key");
  }
  SigningKey out;
  out.private_pem = Redacted(content_of(private_bio.get()));
  out.public_pem = content_of(public_bio.get());
  return out;
}

}  // namespace

// OpenSSL's newer interface first reads its configuration and loads its providers: a millisecond,
// a tenth of what `lint` may take for a runbook and has no other use for.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

std::string sha256_hex(std::string_view bytes) {
  SHA256_CTX state;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  const bool done = SHA256_Init(&state) == 1 &&
                    SHA256_Update(&state, bytes.data(), bytes.size()) == 1 &&
                    SHA256_Final(digest.data(), &state) == 1;
  CFKOPS_CHECK(done);
  return to_hex(digest.data(), digest.size());
}

struct Sha256::State {
  SHA256_CTX context = {};
};

Sha256::Sha256()
    : state_(std::make_unique<State>()) {
  CFKOPS_CHECK(SHA256_Init(&state_->context) == 1);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  CFKOPS_CHECK(SHA256_Update(&state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() const {
  SHA256_CTX copy = state_->context;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  CFKOPS_CHECK(SHA256_Final(digest.data(), &copy) == 1);
  return to_hex(digest.data(), digest.size());
}

#pragma GCC diagnostic pop

std::string random_hex(int count) {
  constexpr std::size_t kChunk = 256;  // getrandom(2) gives this much in one piece
  std::string out;
  std::array<unsigned char, kChunk> buffer{};
  std::size_t left = count > 0 ? static_cast<std::size_t>(count) : 0;
  while (left > 0) {
    const ssize_t got = ::getrandom(buffer.data(), std::min(left, kChunk), 0);
    CFKOPS_CHECK(got > 0 || errno == EINTR);
    const std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
    out += to_hex(buffer.data(), size);
    left -= size;
  }
  return out;
}

Result<SigningKey> generate_signing_key() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) {
    ERR_clear_error();
    return make_error(ErrorCode::Internal, "OpenSSL cannot make an Ed25519 key");
  }
  return to_signing_key(key);
}

Result<SigningKey> load_signing_key(const Redacted& private_pem) {
  const Key key = read_private(private_pem);
  if (!is_ed25519(key)) {
    return bad_key("private");
  }
  return to_signing_key(key);
}

Result<std::string> public_key_der(const std::string& public_pem) {
  const Key key = read_public(public_pem);
  const Bio bio(is_ed25519(key) ? BIO_new(BIO_s_mem()) : nullptr);
  if (!bio || i2d_PUBKEY_bio(bio.get(), key.get()) != 1) {
    return bad_key("public");
  }
  return content_of(bio.get());
}

Result<std::string> sign_ed25519(const SigningKey& key, std::string_view message) {
  const Key private_key = read_private(key.private_pem);
  if (!is_ed25519(private_key)) {
    return bad_key("private");
  }
  const DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, kSignatureSize> signature{};
  std::size_t size = signature.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message), message.size()) !=
          1) {
    ERR_clear_error();
    return make_error(ErrorCode::Internal, "OpenSSL cannot sign");
  }
  return base64_encode({reinterpret_cast<const char*>(signature.data()), size});
}

Result<bool> verify_ed25519(const std::string& public_pem,
                            std::string_view message,
                            const std::string& signature_base64) {
  const Key key = read_public(public_pem);
  if (!is_ed25519(key)) {
    return bad_key("public");
  }
  const Result<std::string> signature = base64_decode(signature_base64);
  if (!signature || signature->size() != kSignatureSize) {
    return false;
  }
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) {
    ERR_clear_error();
    return make_error(ErrorCode::Internal, "OpenSSL cannot verify");
  }
  const int verdict = EVP_DigestVerify(
      context.get(), bytes_of(*signature), signature->size(), bytes_of(message), message.size());
  ERR_clear_error();
  return verdict == 1;
}

}  // namespace cfkops::base
