#include "cfkops/audit/key.hpp"

#include "cfkops/base/file.hpp"

#include <system_error>
#include <utility>

namespace cfkops::audit {
namespace {

namespace fs = std::filesystem;

Status for_nobody_else(const fs::path& file) {
  std::error_code error;
  const fs::perms others = fs::perms::group_all | fs::perms::others_all;
  if ((fs::status(file, error).permissions() & others) != fs::perms::none) {
    return make_error(ErrorCode::InvalidInput,
                      "others may read or write " + file.string() + ", which signs audit logs",
                      "if nobody else has it: chmod 600 " + file.string() +
                          "; else delete it, so that the next run makes another");
  }
  return {};
}

Result<base::SigningKey> load(const fs::path& file) {
  CFKOPS_ASSIGN(const std::string pem, base::read_file(file));
  CFKOPS_TRY(for_nobody_else(file));
  Result<base::SigningKey> key = base::load_signing_key(Redacted(pem));
  if (!key) {
    return std::move(key).error().in("read " + file.string());
  }
  return key;
}

/// Takes its name only when it is whole, and nobody else's place.
Result<base::SigningKey> make(const fs::path& file) {
  CFKOPS_ASSIGN(const base::SigningKey key, base::generate_signing_key());
  const fs::path draft = file.string() + "." + base::random_hex(4);
  CFKOPS_TRY(base::write_private_file(draft, key.private_pem.reveal()));
  std::error_code error;
  fs::create_hard_link(draft, file, error);
  std::error_code ignored;
  fs::remove(draft, ignored);
  if (error == std::errc::file_exists) {
    return load(file);
  }
  if (error) {
    return make_error(ErrorCode::Io, "cannot create " + file.string() + ": " + error.message());
  }
  return key;
}

}  // namespace

Result<base::SigningKey> signing_key_in(const fs::path& file) {
  Result<base::SigningKey> key = load(file);
  if (!key && key.error().code == ErrorCode::NotFound) {
    key = make(file);
  }
  std::error_code ignored;
  const fs::path half = file.string() + ".pub";
  if (key && !fs::exists(half, ignored)) {
    // Another first run may be at it, with the same text, and be the one whose file stays.
    const Status written = base::write_private_file(half, key->public_pem);
    if (!written && !fs::exists(half, ignored)) {
      return written.error();
    }
  }
  return key;
}

Result<std::string> fingerprint(const std::string& public_pem) {
  CFKOPS_ASSIGN(const std::string der, base::public_key_der(public_pem));
  return "SHA256:" + base::sha256_hex(der);
}

}  // namespace cfkops::audit
